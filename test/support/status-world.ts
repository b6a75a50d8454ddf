import { createSignedCalls } from '../../src/providers/webhook/calls.ts';
import { webhookSecretOf } from '../../src/sandbox/webhook.ts';
import { statusSend } from '../../tasks/status__send.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { installPack } from './engine-pack.ts';
import { one } from './one.ts';
import { type Receiver, type StatusEvent, startReceiver } from './status-receiver.ts';
import { planningContext } from './worker-context.ts';

export type EndpointOptions = {
  readonly path?: string;
  readonly url?: string;
  readonly kinds?: readonly string[];
  readonly typeKeys?: readonly string[];
  readonly appKeys?: readonly string[];
  readonly maxEvents?: number;
};

/** A database with an application that listens, and the task that tells it. */
export async function startStatusWorld() {
  const db = await createDatabase();
  await installPack(db);
  // As workers say that may send to this machine.
  await db.owner.query(`update notify.settings set daily_cap = 1000000, require_verified_email = false;
    update notify.providers set allows_private_networks = true where provider = 'webhook'`);
  const receiver = await startReceiver(webhookSecretOf);
  const calls = createSignedCalls({ allowPrivateNetworks: true });
  const send = statusSend(planningContext(db), calls);
  return {
    db,
    receiver,
    /** Adds an endpoint as a service does; its secret is that of its path. */
    addEndpoint: ({ path = '/status', url = receiver.url(path), ...options }: EndpointOptions = {}) =>
      addEndpoint(db, url, path, options),
    /** Sends what waits for an endpoint, as a worker does when the poller says so. */
    send: (endpoint: string) => send({ endpoint }),
    async close() {
      await calls.close();
      await receiver.close();
      await db.drop();
    },
  };
}
export type StatusWorld = Awaited<ReturnType<typeof startStatusWorld>>;

const allKinds = ['delivered', 'failed', 'suppressed', 'opened', 'clicked', 'unsubscribed'];

async function addEndpoint(
  db: TestDatabase,
  url: string,
  path: string,
  options: Omit<EndpointOptions, 'path' | 'url'>,
) {
  const { kinds = allKinds, typeKeys = [], appKeys = [], maxEvents = 100 } = options;
  return db.asWriter(
    (writer) =>
      one<string>(
        writer as never,
        `select status_endpoint_id from notify.create_status_endpoint($1, $2, $3, $4, $5, $6)`,
        [url, kinds, typeKeys, appKeys, maxEvents, webhookSecretOf(path)],
      ),
    { commit: true },
  );
}

/** Every event that was taken, those that came again left out. */
export function eventsOf(receiver: Receiver, path = '/status'): StatusEvent[] {
  const byCall = new Map(
    receiver.calls.filter((call) => call.path === path).map((call) => [call.webhookId, call.events]),
  );
  return [...byCall.values()].flat();
}

/** Lets an endpoint's pause end now. */
export async function endPause(db: TestDatabase, endpointId: string): Promise<void> {
  await db.owner.query('update notify.status_endpoints set paused_until = clock_timestamp() where id = $1', [
    endpointId,
  ]);
}
