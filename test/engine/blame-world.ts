import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createEngine } from '../../src/database/engine.ts';
import type { Message, ProviderName, Result } from '../../src/providers/types.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { senders } from '../support/senders.ts';

/**
 * What the tests of blame begin with. A test file that imports this has a database of its own:
 * the hooks here are its hooks.
 */

export const names = ['apns', 'fcm', 'web_push', 'webhook', 'smtp', 'twilio'] as const;

export let db: TestDatabase;

export let engine: ReturnType<typeof createEngine>;

export let worker: string;

export let type: Readonly<Record<'push' | 'email' | 'webhook', string>>;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  engine = createEngine({ pool: db.worker, planningPool: db.worker });
  type = {
    push: await makeType(db, { maxAttempts: 4 }),
    email: await makeType(db, { channels: ['email'], maxAttempts: 4 }),
    webhook: await makeType(db, { channels: ['webhook'], maxAttempts: 4 }),
  };
});

afterAll(() => db.drop());

beforeEach(async () => {
  await forget(db);
  await db.owner.query(`
    delete from notify.workers; delete from notify_private.sender_credentials; delete from notify.devices;
    update notify.senders set credentials_changed_at = null`);
  worker = await start('one');
});

/** A worker with settings of that fingerprint for all providers; its id. */
const start = (settings: string) =>
  engine.register(
    'bulk',
    'host',
    1,
    names.map((name) => senders[name]),
    undefined,
    names.map(() => settings),
  );

/** The worker in question is another one from now on, with these settings. */
export async function restart(settings: string): Promise<void> {
  worker = await start(settings);
}

export type Person = { readonly id: string; readonly address: string };

/** A person with one address, or one more of a person. */
export async function person(
  provider: ProviderName = 'apns',
  origin = 'https://push.example',
  of?: string,
): Promise<Person> {
  const address =
    {
      apns: randomBytes(32).toString('hex'),
      fcm: `fcm-${randomUUID()}`,
      smtp: `${randomUUID()}@example.com`,
    }[provider as 'apns' | 'fcm' | 'smtp'] ?? `${origin}/${randomUUID()}`;
  const id = of ?? (await makePerson(db, { devices: [], email: provider === 'smtp' ? address : null }));
  if (provider === 'webhook')
    await db.owner.query(
      `insert into notify.webhook_endpoints (user_id, url, secret) values ($1, $2, 'whsec_' || repeat('A', 32))`,
      [id, address],
    );
  else if (provider !== 'smtp')
    await db.owner.query(
      `insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth)
       values ($1, $2, $3, case when $2 = 'web_push' then 'p' end, case when $2 = 'web_push' then 'a' end)`,
      [id, provider, address],
    );
  return { id, address };
}

export const people = (count: number, provider?: ProviderName, origin?: string) =>
  Promise.all(Array.from({ length: count }, () => person(provider, origin)));

export async function tellOn(channel: 'push' | 'email' | 'webhook', ...to: readonly Person[]) {
  await tell(
    db,
    type[channel],
    to.map(({ id }) => id),
  );
  await planDue(db);
}

export const accepted: Result = { outcome: 'accepted', providerMessageId: null };

export type Rejected = Extract<Result, { outcome: 'rejected' }>;

export const rejected = (permanence: Rejected['permanence'], code: string, suspect = false): Rejected => ({
  outcome: 'rejected',
  permanence,
  reason: code.toLowerCase(),
  code,
  ...(suspect && { suspect }),
});

export const badToken = rejected('address', 'BadDeviceToken', true);

/** Claims what is due of a provider and answers each; how many were asked. */
export async function send(provider: ProviderName, answer: (message: Message) => Result, by = worker): Promise<number> {
  const claimId = randomUUID();
  const claimed = await engine.claim(claimId, by, senders[provider], 'bulk');
  if (claimed.length > 0) await engine.record(claimId, claimed, claimed.map(answer));
  return claimed.length;
}

/** So that people can be told again. */
export const forgetCap = () => db.owner.query('truncate notify_private.daily_counters');

export const makeDue = () => db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);

export const endPauses = () =>
  db.owner.query(`
    update notify.senders set paused_until = now() - interval '1 ms' where paused_until is not null;
    update notify.provider_origins set paused_until = now() - interval '1 ms' where paused_until is not null`);

/** What was accepted or said is long ago. */
export const age = (interval: string) =>
  db.owner.query(
    `update notify.senders set accepted_at = accepted_at - $1::interval;
     update notify.provider_origins set accepted_at = accepted_at - $1::interval;`.replaceAll('$1', `'${interval}'`),
  );

export const paused = async () => {
  const { rows } = await db.owner.query<{ name: string; reason: string }>(
    `select provider as name, pause_reason as reason from notify.senders where paused_until is not null
     union all select origin, pause_reason from notify.provider_origins where paused_until is not null order by 1`,
  );
  return rows.map(({ name, reason }) => `${name}: ${reason}`);
};

export const retired = async () =>
  (
    await db.owner.query<{ address: string }>(
      `select token as address from notify.devices where deactivated_at is not null
       union all select url from notify.webhook_endpoints where deactivated_at is not null
       union all select address from notify.suppressions`,
    )
  ).rows.map(({ address }) => address);

export const statusOf = async ({ id }: Person) =>
  (
    await db.owner.query<{ status: string; reason: string | null; attempt: number }>(
      'select status, reason, attempt from notify.deliveries where recipient_id = $1 order by id',
      [id],
    )
  ).rows;
