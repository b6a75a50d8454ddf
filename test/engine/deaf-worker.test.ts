import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

let db: TestDatabase;
let worker: WorkerProcess;
beforeAll(async () => {
  db = await createDatabase();
  worker = await startWorker({ databaseUrl: db.workerUrl });
});
afterAll(async () => {
  await worker?.stop();
  await db?.drop();
});

/** The session with which the worker listens; null: none. */
async function listener(): Promise<number | null> {
  const { rows } = await db.worker.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and query ilike '%listen rowbell_bulk%' and pid <> pg_backend_pid()`,
  );
  return rows[0]?.pid ?? null;
}

test('PostgreSQL does not keep notices for a worker that is stopped; it listens again when it goes on', async () => {
  const before = await until('it listens', listener);
  process.kill(worker.pid, 'SIGSTOP');
  try {
    // More than the two ends of a connection hold.
    await db.owner.query(
      `select pg_notify('rowbell_bulk', json_build_object('task', 'none', 'payload', n || repeat('x', 7900))::text) from generate_series(1, 5000) as n`,
    );
    await until('its session is closed', async () => (await listener()) === null, { withinMs: 60_000 });
  } finally {
    process.kill(worker.pid, 'SIGCONT');
  }
  expect(await until('it listens again', listener)).not.toBe(before);
});
