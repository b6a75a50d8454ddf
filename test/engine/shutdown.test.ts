import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { expectNothingLostOrDoubled, untilSettled } from '../support/engine-invariants.ts';
import { forget, installPack, makeCrowd, makeType, tellGroup } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker } from '../support/worker-process.ts';

let db: TestDatabase;
let sandbox: Sandbox;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  sandbox = await startSandbox({ journalLimit: 50_000 });
  await db.owner.query('update notify.settings set daily_cap = 1000000');
});
afterAll(async () => {
  await sandbox.close();
  await db.drop();
});
beforeEach(async () => {
  await forget(db);
  await db.owner.query('delete from notify.workers');
  sandbox.faults.clear();
  sandbox.journal.clear();
});

const start = (shutdownTimeoutMs: number) =>
  startWorker({
    databaseUrl: db.workerUrl,
    settings: { ...sandbox.settings, SHUTDOWN_TIMEOUT_MS: String(shutdownTimeoutMs) },
  });
const leftBehind = () =>
  one<Record<string, number>>(
    db.owner,
    `select jsonb_build_object(
       'claims', (select count(*) from notify_private.claims),
       'sending', (select count(*) from notify.deliveries where status = 'sending'),
       'workersAtWork', (select count(*) from notify.workers where stopped_at is null),
       'lockedJobs', (select count(*) from graphile_worker._private_jobs where locked_at is not null))`,
  );
const nothing = { claims: 0, sending: 0, workersAtWork: 0, lockedJobs: 0 };
const sending = () => one<boolean>(db.owner, `select count(*) > 0 from notify.deliveries where status = 'sending'`);

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s under load: what is on its way is finished and recorded, the rest is left',
  async (signal) => {
    for (const provider of ['apns', 'fcm', 'twilio'] as const)
      sandbox.faults.add({ provider, kind: 'latency', latencyMs: 200 });
    const push = await makeType(db, { audience: 'group', body: 'event {N}' });
    const text = await makeType(db, { audience: 'group', body: 'event {N}', channels: ['sms'] });
    const group = await makeCrowd(db, 800, { apns: 800, fcm: 300, phones: 200 });
    const worker = await start(90_000);
    for (const N of [1, 2, 3]) {
      await tellGroup(db, push, group, { N });
      await tellGroup(db, text, group, { N });
    }
    await until('it is in the midst of it', sending);
    const begun = performance.now();
    expect(await worker.stop(signal)).toBe(0);
    // Not when its patience is over.
    expect(performance.now() - begun).toBeLessThan(90_000);
    expect(await leftBehind()).toEqual(nothing);
    // Nothing was cut off, so nothing is unknown, and no attempt is without its answer.
    expect(await one(db.owner, `select count(*)::integer from notify.deliveries where status = 'unknown'`)).toBe(0);
    expect(
      await one(db.owner, `select count(*)::integer from notify.delivery_attempts where outcome <> 'accepted'`),
    ).toBe(0);

    const successor = await start(20_000);
    await untilSettled(db);
    expect(await successor.stop()).toBe(0);
    await expectNothingLostOrDoubled(db, sandbox.journal, { pushes: 3 * 1_100, texts: 3 * 200 });
    expect(sandbox.journal.list().length).toBe(3 * 1_300);
  },
  600_000,
);

test('with a provider that does not answer: given up in time, pushes go back, an SMS is unknown', async () => {
  for (const provider of ['apns', 'twilio'] as const)
    sandbox.faults.add({ provider, kind: 'latency', latencyMs: 60_000 });
  const push = await makeType(db, { audience: 'group', body: 'event {N}' });
  const text = await makeType(db, { audience: 'group', body: 'event {N}', channels: ['sms'] });
  const group = await makeCrowd(db, 50, { apns: 50, phones: 50 });
  const worker = await start(4_000);
  await tellGroup(db, push, group, { N: 1 });
  await tellGroup(db, text, group, { N: 1 });
  await until('both are under way', () =>
    one<boolean>(db.owner, `select count(distinct provider) = 2 from notify.deliveries where status = 'sending'`),
  );
  const begun = performance.now();
  expect(await worker.stop()).toBe(0);
  // Not when the provider does.
  expect(performance.now() - begun).toBeLessThan(50_000);
  expect(await leftBehind()).toEqual(nothing);
  const { rows } = await db.owner.query(
    'select channel, status, count(*)::integer as count from notify.deliveries group by 1, 2 order by 1, 2',
  );
  // 32 SMS at a time: the others were not begun and wait for the next worker, as do the pushes.
  expect(rows).toEqual([
    { channel: 'push', status: 'queued', count: 50 },
    { channel: 'sms', status: 'queued', count: 18 },
    { channel: 'sms', status: 'unknown', count: 32 },
  ]);
});

test('told in its first moment, and by two signals, it ends in order', async () => {
  for (let n = 0; n < 3; n++) {
    const worker = await start(10_000);
    // As when Ctrl-C reaches the whole group and npm start then tells its children as well.
    const ended = worker.stop('SIGINT');
    await worker.stop('SIGTERM');
    expect(await ended).toBe(0);
    expect(await leftBehind()).toEqual(nothing);
  }
});

test('told while it still waits for its database, it ends at once', async () => {
  const worker = await startWorker({
    databaseUrl: 'postgres://nobody:nothing@127.0.0.1:9/none',
    settings: { ...sandbox.settings, SHUTDOWN_TIMEOUT_MS: '60000' },
    until: 'write.delayed',
  });
  const begun = performance.now();
  expect(await worker.stop()).toBe(0);
  expect(performance.now() - begun).toBeLessThan(60_000);
});

test('a provider that does not let go of a closed connection does not keep the worker', async () => {
  // What comes after the worker's end of a connection is never its other end.
  const keeper = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: Number(sandbox.settings.APNS_PORT), host: '127.0.0.1', allowHalfOpen: true });
    near.pipe(far, { end: false });
    far.pipe(near, { end: false });
    for (const end of [near, far]) end.on('error', () => {});
  });
  await new Promise<void>((resolve) => keeper.listen(0, '127.0.0.1', resolve));
  const worker = await startWorker({
    databaseUrl: db.workerUrl,
    settings: { ...sandbox.settings, APNS_PORT: String((keeper.address() as AddressInfo).port) },
  });
  const type = await makeType(db, { audience: 'group' });
  await tellGroup(db, type, await makeCrowd(db, 1, { apns: 1 }), {});
  await untilSettled(db);
  expect(await worker.stop()).toBe(0);
  expect(await leftBehind()).toEqual(nothing);
  keeper.close();
});
