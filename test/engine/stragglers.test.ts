import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { expectNothingLostOrDoubled, untilSettled } from '../support/engine-invariants.ts';
import { installPack, makeCrowd, makeType, tellGroup } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

let db: TestDatabase;
let sandbox: Sandbox;
let worker: WorkerProcess;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  sandbox = await startSandbox({ journalLimit: 100_000 });
  await db.owner.query('update notify.settings set daily_cap = 1000000');
  worker = await start();
});
afterAll(async () => {
  await worker.stop();
  await sandbox.close();
  await db.drop();
});

const start = () => startWorker({ databaseUrl: db.workerUrl, settings: sandbox.settings });

/** A claim of which a part is recorded and the rest is still on its way. */
const isSplit = () =>
  one<boolean>(
    db.owner,
    `select exists (
       select from notify.deliveries as d join notify_private.claims as c on c.id = d.claim_id
       where d.status = 'sending' and exists (
         select from notify.delivery_attempts as a where a.started_at = c.claimed_at and a.worker_id = c.worker_id
       )
     )`,
  );

test('SE-2: killed in the midst of stragglers, again and again: nothing is lost, an SMS goes out once at most', async () => {
  // Some answers take longer than a chunk is waited for.
  for (const provider of ['apns', 'fcm', 'twilio'] as const) {
    sandbox.faults.add({ provider, kind: 'latency', latencyMs: 3_000, rate: 0.05 });
  }
  const push = await makeType(db, { audience: 'group', body: 'event {N}', maxAttempts: 50 });
  const text = await makeType(db, { audience: 'group', body: 'event {N}', channels: ['sms'] });
  const group = await makeCrowd(db, 300, { apns: 300, fcm: 100, phones: 60 });
  const events = 5;
  for (let N = 1; N <= events; N++) {
    await tellGroup(db, push, group, { N });
    await tellGroup(db, text, group, { N });
    await until('a part is recorded and the rest under way', isSplit, { everyMs: 20 });
    await sleep(Math.random() * 200);
    await worker.kill();
    await db.owner.query(
      `update notify.workers set seen_at = seen_at - interval '1 minute' where pid = $1 and stopped_at is null`,
      [worker.pid],
    );
    worker = await start();
  }
  await untilSettled(db);
  await expectNothingLostOrDoubled(db, sandbox.journal, { pushes: events * 400, texts: events * 60 });
  expect(
    await one<number>(db.owner, `select count(*)::integer from notify.delivery_attempts where outcome = 'lost'`),
  ).toBeGreaterThan(0);
}, 600_000);

test('SE-2: a chunk does not wait for one that does not answer: the others are recorded, the next chunk begins', async () => {
  sandbox.faults.clear();
  const type = await makeType(db, { audience: 'group', body: 'event {N}' });
  const group = await makeCrowd(db, 20, { fcm: 20 });
  const slow = await one<string>(
    db.owner,
    `select d.token from notify.devices as d join engine_test.members as m using (user_id) where m.group_id = $1 limit 1`,
    [group],
  );
  sandbox.faults.add({ provider: 'fcm', address: slow, kind: 'latency', latencyMs: 600_000 });
  const statuses = (event: string) =>
    one<Record<string, number>>(
      db.owner,
      `select jsonb_object_agg(status, count) from (
         select d.status, count(*) from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
         where n.event_id = $1 group by 1) as s`,
      [event],
    );
  // As many as there are handlers, and one more.
  for (let N = 1; N <= 3; N++) {
    const event = await tellGroup(db, type, group, { N });
    await until('all but one are recorded', async () => (await statuses(event))?.sent === 19);
    expect(await statuses(event)).toEqual({ sent: 19, sending: 1 });
  }
});

test('SE-2: with more stragglers than handlers go on with, those of another chunk are recorded all the same', async () => {
  sandbox.faults.clear();
  const type = await makeType(db, { audience: 'group', body: 'event {N}' });
  const [silent, slow] = [await makeCrowd(db, 300, { apns: 300 }), await makeCrowd(db, 20, { apns: 20 })];
  const { rows } = await db.owner.query<{ token: string }>(
    'select d.token from notify.devices as d join engine_test.members as m using (user_id) where m.group_id = $1',
    [silent],
  );
  for (const { token } of rows)
    sandbox.faults.add({ provider: 'apns', address: token, kind: 'latency', latencyMs: 600_000 });
  sandbox.faults.add({ provider: 'apns', kind: 'latency', latencyMs: 1_500 });
  const under = (status: string, event: string) =>
    one<number>(
      db.owner,
      `select count(*)::integer from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
       where n.event_id = $2 and d.status = $1`,
      [status, event],
    );
  const first = await tellGroup(db, type, silent, { N: 1 });
  await until('they are under way', async () => (await under('sending', first)) === 300);
  const second = await tellGroup(db, type, slow, { N: 1 });
  await until('the others are recorded', async () => (await under('sent', second)) === 20);
});

test('SE-2: a shutdown waits for stragglers, and records what is known of them', async () => {
  sandbox.faults.clear();
  sandbox.faults.add({ provider: 'fcm', kind: 'latency', latencyMs: 1_500 });
  const type = await makeType(db, { audience: 'group', body: 'event {N}' });
  const group = await makeCrowd(db, 20, { fcm: 20 });
  const event = await tellGroup(db, type, group, { N: 1 });
  await until('they are under way', () =>
    one<boolean>(
      db.owner,
      `select count(*) = 20 from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
       where n.event_id = $1 and d.status = 'sending'`,
      [event],
    ),
  );
  expect(await worker.stop()).toBe(0);
  expect(
    await one<number>(
      db.owner,
      `select count(*)::integer from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
       where n.event_id = $1 and d.status = 'sent'`,
      [event],
    ),
  ).toBe(20);
  expect(await one<number>(db.owner, 'select count(*)::integer from notify_private.claims')).toBe(0);
  worker = await start();
});
