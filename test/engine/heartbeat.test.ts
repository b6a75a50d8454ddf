import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { untilSettled } from '../support/engine-invariants.ts';
import { installPack, makeCrowd, makeType, tellGroup } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

let db: TestDatabase;
let sandbox: Sandbox;
let worker: WorkerProcess;
beforeAll(async () => {
  [db, sandbox] = await Promise.all([createDatabase(), startSandbox()]);
  await installPack(db);
  worker = await startWorker({
    databaseUrl: db.workerUrl,
    settings: { ...sandbox.settings, WORKER_CONCURRENCY: '2' },
  });
});
afterAll(async () => {
  await worker?.stop();
  await sandbox?.close();
  await db?.drop();
});

test('a worker whose claims all wait for the database still says that it lives', async () => {
  const type = await makeType(db, { audience: 'group', channels: ['push', 'sms'] });
  const group = await makeCrowd(db, 20, { apns: 20, fcm: 20, phones: 20 });
  await db.asOwner(async (client) => {
    await client.query('lock table notify_private.claims in exclusive mode');
    await tellGroup(db, type, group, {});
    await until('all connections for sending wait', () =>
      one<boolean>(
        db.owner,
        `select count(*) = 2 from pg_stat_activity
         where datname = current_database() and application_name = 'rowbell-worker-bulk-sending' and wait_event_type = 'Lock'`,
      ),
    );
    const before = await one<Date>(db.owner, 'select clock_timestamp()');
    await until('it has been heard several times', () =>
      one<boolean>(db.owner, `select seen_at > $1::timestamptz + interval '11 seconds' from notify.workers`, [before]),
    );
  });
  await untilSettled(db);
  expect(await one(db.owner, `select count(*)::integer from notify.delivery_attempts where outcome = 'lost'`)).toBe(0);
});
