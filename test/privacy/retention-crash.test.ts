import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../src/postgres/index.ts';
import { addressOf, createOwner, createTemplate } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';
import { quietPort } from '../support/port.ts';
import { until } from '../support/until.ts';
import { idOf, makeHistory, makePastMonth, partitionsOf } from './months.ts';

const password = randomBytes(12).toString('hex');
const dataDir = join(tmpdir(), `rowbell-retention-${randomBytes(6).toString('hex')}`);
const monthsAgo = [18, 19, 20, 21, 22];
let postgres: Postgres;
let db: TestDatabase;

const start = (port: number) => startPostgres({ dataDir, password, preferredPort: port, durability: 'durable' });

beforeAll(async () => {
  postgres = await start(await quietPort());
  const cluster = addressOf(postgres, password);
  await createOwner(cluster);
  await createTemplate(cluster);
  db = await createDatabase({ cluster });
});
afterAll(async () => {
  await db.drop();
  await postgres.stop();
  await rm(postgres.dataDir, { recursive: true, force: true });
});

/** What a power cut does to it; then it is started again on the same data and port. */
async function crash(): Promise<void> {
  const { port } = postgres;
  const pid = Number((await readFile(join(postgres.dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  await postgres.exited;
  for (;;) {
    postgres = await start(port);
    if (postgres.port === port) return;
    await postgres.stop();
  }
}

async function rowsIn(month: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const partition of await partitionsOf(db, month))
    counts[partition.replace(`_${month}`, '')] = await one(
      db.owner,
      `select count(*)::integer from notify_private.${partition}`,
    );
  return counts;
}

test('issue 3, 11: PostgreSQL killed in the middle: a partition is whole or gone, and the next run goes on', async () => {
  const userIds = Array.from({ length: 3 }, (_, n) => `00000000-0000-7000-8000-00000000000${n}`);
  const months: string[] = [];
  for (const ago of monthsAgo) {
    const month = await makePastMonth(db, ago);
    months.push(month);
    await makeHistory(db, month, userIds);
    await db.owner.query(
      `insert into notify.events (id, type_key, due_at) values ($1, 'test_push', now() + interval '1 year')`,
      [await idOf(db, month)],
    );
  }
  const whole = await rowsIn(months[0] as string);
  expect(whole).toMatchObject({ events: 2, notifications: 3, decisions: 3, deliveries: 3, receipts: 3 });

  // Rewritten and dropped, but not yet committed.
  const half = await db.owner.connect();
  half.on('error', () => {});
  await half.query('begin');
  const drop = (table: string) =>
    one(half, 'select notify_private.drop_partition($1, $2)', [`notify.${table}`, `${table}_${months[0]}`]);
  expect(await drop('events')).toBe('rewritten');
  expect(await drop('deliveries')).toBe('dropped');
  await crash();
  half.release(true);
  expect(await rowsIn(months[0] as string)).toEqual(whole);

  // In the middle of a run: each partition as it was or as it is to be.
  const ended = { events: 1, decisions: 0, holds: 0, digest_items: 0 };
  const run = db.worker.query('call notify_private.apply_retention(null)').catch(() => 'cut off');
  await until(
    'it has begun',
    () => one<boolean>(db.owner, 'select count(*) > 2 from notify.retention_runs').catch(() => false),
    { everyMs: 1 },
  );
  await crash();
  await run;
  for (const month of months) {
    for (const [table, rows] of Object.entries(await rowsIn(month)))
      expect([whole[table], ended[table as keyof typeof ended]], `${table} of ${month}`).toContain(rows);
  }
  await db.worker.query('call notify_private.apply_retention(null)');
  for (const month of months) expect(await rowsIn(month)).toEqual(ended);
  // And nothing is counted twice: what was cut off left no line behind.
  const { rows: twice } = await db.owner.query(
    `select partition_name from notify.retention_runs group by partition_name having count(*) > 1`,
  );
  expect(twice).toEqual([]);
});
