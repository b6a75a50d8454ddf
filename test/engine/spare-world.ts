import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, makeType, tell } from '../support/engine-pack.ts';
import { quietPort } from '../support/port.ts';
import { senders } from '../support/senders.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

/**
 * What the tests of spares begin with: a real worker, two mail relays, and two senders of texts. Each relay stands behind a
 * gate that can be shut. A test file that imports this has a database of its own: the hooks here are its hooks.
 */

export let db: TestDatabase;

/** The relay or API of the first sender, and that of its spare; each notes what came to it. */
export let first: Sandbox;
export let second: Sandbox;

export let gates: { readonly first: Gate; readonly second: Gate };

/** The ids of the spares. */
export let spare: { readonly smtp: number; readonly twilio: number };

let worker: WorkerProcess;
let folder: string;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  // With one folder for both they have the same passwords and the same certificate authority.
  folder = await mkdtemp(join(tmpdir(), 'rowbell-spares-'));
  first = await startSandbox({ dataDir: folder });
  second = await startSandbox({ dataDir: folder });
  gates = { first: await openGate(first.ports.smtp ?? 0), second: await openGate(second.ports.smtp ?? 0) };
  const relay = (port: number) => {
    const url = new URL(first.settings.SMTP_URL ?? '');
    url.port = String(port);
    return url.href;
  };
  spare = {
    smtp: await setSpare('smtp', 'SMTP_URL_SPARE'),
    twilio: await setSpare('twilio', 'TWILIO_AUTH_TOKEN_SPARE'),
  };
  worker = await startWorker({
    databaseUrl: db.workerUrl,
    settings: {
      ...first.settings,
      SMTP_URL: relay(gates.first.port),
      SMTP_URL_SPARE: relay(gates.second.port),
      TWILIO_AUTH_TOKEN_SPARE: first.settings.TWILIO_AUTH_TOKEN ?? '',
    },
  });
});

afterAll(async () => {
  await worker.stop();
  await Promise.all([gates.first.shut(), gates.second.shut(), first.close(), second.close()]);
  await rm(folder, { recursive: true, force: true });
  await db.drop();
});

beforeEach(async () => {
  await forget(db);
  await Promise.all([gates.first.open(), gates.second.open()]);
  for (const { faults, journal } of [first, second]) {
    faults.clear();
    journal.clear();
  }
  await db.owner.query(
    `update notify.senders set accepted_at = null, paused_at = null; truncate notify_private.slow_answers`,
  );
});

const setSpare = (provider: 'smtp' | 'twilio', secret: string) =>
  db.asOperator(
    async (client) =>
      (
        await client.query<{ id: number }>(
          `select id from notify.set_sender('default', $1, secret_setting => $2, place => 2::smallint)`,
          [provider, secret],
        )
      ).rows[0]?.id as number,
    { commit: true },
  );

export type Gate = { readonly port: number; open(): Promise<void>; shut(): Promise<void> };

/** A port that leads to another while it is open, and refuses connections while it is shut. */
async function openGate(target: number): Promise<Gate> {
  const port = await quietPort();
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  const gate: Gate = {
    port,
    async open() {
      if (server) return;
      const opened = createServer((socket) => {
        const beyond = connect(target, '127.0.0.1');
        for (const [from, to] of [
          [socket, beyond],
          [beyond, socket],
        ] as const) {
          sockets.add(from);
          from.on('error', () => {});
          from.on('close', () => {
            sockets.delete(from);
            to.destroy();
          });
          from.pipe(to);
        }
      });
      server = opened;
      await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve));
    },
    async shut() {
      const shutting = server;
      if (!shutting) return;
      server = null;
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => shutting.close(() => resolve()));
    },
  };
  await gate.open();
  return gate;
}

export const mailType = () => makeType(db, { channels: ['email'] });
export const textType = () => makeType(db, { channels: ['sms'] });

let made = 0;
const number = () => `+1415555${String(1000 + made++)}`;

export type Reader = { readonly id: string; readonly address: string };

export const readers = (count: number) =>
  Promise.all(
    Array.from({ length: count }, async (): Promise<Reader> => {
      const address = `reader${made}@domain${made++}.example`;
      return { id: await makePerson(db, { devices: [], email: address }), address };
    }),
  );

export const texted = (count: number) =>
  Promise.all(
    Array.from({ length: count }, async (): Promise<Reader> => {
      const phone = number();
      return { id: await makePerson(db, { devices: [], phone }), address: phone };
    }),
  );

export const tellAll = (type: string, people: readonly Reader[]) =>
  tell(
    db,
    type,
    people.map(({ id }) => id),
  );

/** Which of these people's messages a relay or API took. */
export const took = ({ journal }: Sandbox, people: readonly Reader[]) =>
  people.filter(({ address }) => journal.list({ address }).some(({ status }) => status === 250 || status === 201));

export type Standing = { readonly reason: string | null; readonly pauses: number; readonly isPaused: boolean };

export const standing = async (id: number): Promise<Standing> =>
  (
    await db.owner.query<Standing>(
      `select pause_reason as reason, pauses, paused_until is not null as "isPaused" from notify.senders where id = $1`,
      [id],
    )
  ).rows[0] as Standing;

export const untilPaused = (id: number, reason: string) =>
  until(`sender ${id} is paused: ${reason}`, async () => (await standing(id)).reason === reason);

export const pause = (id: number) =>
  db.owner.query(
    `update notify.senders set paused_until = now() + interval '1 hour', pause_reason = 'test', paused_at = now() where id = $1`,
    [id],
  );

/** Its pause is over: what comes next probes it. */
export const endPause = (id: number) =>
  db.owner.query(`update notify.senders set paused_until = now() - interval '1 ms' where id = $1`, [id]);

export const deliveriesOf = async (people: readonly Reader[]) =>
  (
    await db.owner.query<{ status: string; reason: string | null; sender: number; attempts: readonly string[] }>(
      `select d.status, d.reason, d.sender_id as sender, array(
         select a.sender_id || ' ' || a.outcome from notify.delivery_attempts as a where a.delivery_id = d.id order by a.attempt) as attempts
       from notify.deliveries as d where d.recipient_id = any ($1) order by d.id`,
      [people.map(({ id }) => id)],
    )
  ).rows;

export const untilSent = (people: readonly Reader[]) =>
  until('all are sent, and it is recorded', async () => {
    const found = await deliveriesOf(people);
    return found.length === people.length && found.every(({ status }) => status === 'sent');
  });

export const dueNow = () => db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);

export { senders, until };
