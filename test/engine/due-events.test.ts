import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makeCrowd, makePerson, makeType, tell, tellGroup } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

let db: TestDatabase;
let person: string;
const types: Record<'P0' | 'P1', string> = { P0: '', P1: '' };
const running = new Set<WorkerProcess>();
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  person = await makePerson(db, { devices: [] });
  for (const priority of ['P0', 'P1'] as const)
    types[priority] = await makeType(db, { priority, channels: ['in_app'] });
});
afterEach(async () => {
  await Promise.all([...running].map((worker) => worker.stop()));
  running.clear();
  await forget(db);
});
afterAll(() => db.drop());

async function start(lane: 'urgent' | 'bulk'): Promise<WorkerProcess> {
  const worker = await startWorker({ databaseUrl: db.workerUrl, lane });
  running.add(worker);
  return worker;
}
/** Events due at an interval from now, spread over a second interval. */
const schedule = (type: string, count: number, from: string, over: string) =>
  db.owner.query(
    `insert into notify.events (type_key, data, due_at)
     select $1, jsonb_build_object('to', jsonb_build_array($2::text)), clock_timestamp() + $4::interval + random() * $5::interval
     from generate_series(1, $3::integer)`,
    [type, person, count, from, over],
  );
const unplanned = () =>
  one<number>(
    db.owner,
    "select count(*)::integer from notify.events where planned_at is null and due_at < now() + interval '1 hour'",
  );

test('CP-1 CP-3 what is due in the future starts by itself at its time, in both lanes, and not before', async () => {
  await Promise.all([start('urgent'), start('bulk')]);
  // Known before the last sweep, after it, and one by one while the clock is set for others.
  await schedule(types.P0, 30, '2.5 seconds', '2 seconds');
  await schedule(types.P1, 30, '2.5 seconds', '2 seconds');
  for (let n = 0; n < 15; n++) {
    await schedule(types.P0, 1, '150 milliseconds', '1.5 seconds');
    await schedule(types.P1, 1, '150 milliseconds', '1.5 seconds');
    await sleep(60);
  }
  await until('all are planned', async () => (await unplanned()) === 0);
  expect(await one(db.owner, 'select count(*)::integer from notify.events where planned_at < due_at')).toBe(0);
  expect(await one(db.owner, 'select count(*)::integer from notify.deliveries')).toBe(90);
});

test('thousands that are due in the same instant are planned each once, though a planner is killed', async () => {
  const many = 12_000;
  let rounds = 0;
  await start('bulk');
  // In the middle, or this would prove nothing: once more where the last of them had just been planned.
  do {
    const victim = await start('bulk');
    rounds++;
    await db.owner.query(
      `insert into notify.events (type_key, data, due_at)
       select $1, jsonb_build_object('to', jsonb_build_array($2::text)), clock_timestamp() + interval '500 milliseconds' from generate_series(1, $3::integer)`,
      [types.P1, person, many],
    );
    await until('some are planned', async () => (await unplanned()) < many, { everyMs: 5 });
    running.delete(victim);
    await victim.kill();
  } while ((await unplanned()) === 0);
  await until('all are planned', async () => (await unplanned()) === 0);
  expect(await one(db.owner, 'select count(*)::integer from notify.deliveries')).toBe(rounds * many);
});

test('a job plans all that is due, however much that is', async () => {
  await schedule(types.P1, 3_000, '-1 second', '0');
  const { rows } = await db.worker.query(`call notify_private.plan_due('bulk', 100, null, null)`);
  expect(rows).toEqual([{ more: false, failed: [] }]);
  expect(await unplanned()).toBe(0);
});

test('one that cannot be planned keeps its error and none of the others', async () => {
  const broken = await makeType(db, { audience: 'fragile', channels: ['in_app'] });
  await schedule(broken, 1, '-1 second', '0');
  await schedule(types.P1, 20, '-1 second', '0');
  await db.owner.query('delete from graphile_worker._private_jobs');
  const { rows } = await db.worker.query(`call notify_private.plan_due('bulk', 100, null, null)`);
  const bad = await one<string>(db.owner, 'select id from notify.events where type_key = $1', [broken]);
  expect(rows).toEqual([{ more: false, failed: [bad] }]);
  expect(await one(db.owner, 'select plan_error from notify.events where id = $1', [bad])).toBe(
    '22012: division by zero',
  );
  expect(await one(db.owner, 'select count(*)::integer from notify.deliveries')).toBe(20);
});

test('where many cannot be planned, they take their turns like others: a single one is planned between them', async () => {
  const broken = await makeType(db, { audience: 'fragile', channels: ['in_app'] });
  await db.owner.query(
    `insert into notify.events (type_key, data)
     select $1, jsonb_build_object('to', jsonb_build_array($2::text)) from generate_series(1, 450)`,
    [broken, person],
  );
  const turns = async (most: number) =>
    (
      await db.worker.query<{ more: boolean; failed: string[] }>(
        `call notify_private.plan_due('bulk', $1, null, null)`,
        [most],
      )
    ).rows[0];
  // The few, of whom there are none, then the many.
  const first = await turns(2);
  expect(first?.more).toBe(true);
  expect(first?.failed.length).toBeGreaterThan(0);
  expect(first?.failed.length).toBeLessThan(450);
  const event = await tell(db, types.P1, [person]);
  await turns(1);
  expect(await one(db.owner, 'select planned_at is not null from notify.events where id = $1', [event])).toBe(true);
  await until('each of them has its error', async () => {
    await turns(20);
    return one<boolean>(db.owner, 'select bool_and(plan_attempts > 0) from notify.events where type_key = $1', [
      broken,
    ]);
  });
});

test('two planners at once plan each event once', async () => {
  await schedule(types.P1, 2000, '-1 second', '0');
  await Promise.all(
    Array.from({ length: 4 }, () => db.worker.query(`call notify_private.plan_due('bulk', 100, null, null)`)),
  );
  // All are of one person, whom the planners passed over while another held them.
  await until('all are planned', async () => {
    await db.worker.query(`call notify_private.plan_due('bulk', 100, null, null)`);
    return (await unplanned()) === 0;
  });
  expect(await one(db.owner, 'select count(*)::integer from notify.deliveries')).toBe(2000);
});

describe('the few before the many', () => {
  const groupOf = (size: number) => makeCrowd(db, size, {});
  const planNext = async (lane: string, turn: string) =>
    (
      await db.worker.query<{ found: boolean; more: boolean }>(
        'select found, more from notify_private.plan_next($1, $2)',
        [lane, turn],
      )
    ).rows[0];
  const planned = (event: string) =>
    one<boolean>(db.owner, 'select planned_at is not null from notify.events where id = $1', [event]);
  const single = (type: string, due: string) =>
    one<string>(
      db.owner,
      `insert into notify.events (type_key, data, due_at) values ($1, jsonb_build_object('to', jsonb_build_array($2::text)), now() - $3::interval)
       returning id`,
      [type, person, due],
    );
  /** Rows of one statement: of one instant. */
  const mass = (type: string, count: number, due: string) =>
    db.owner.query(
      `insert into notify.events (type_key, data, due_at)
       select $1, jsonb_build_object('to', jsonb_build_array($2::text)), now() - $4::interval from generate_series(1, $3::integer)`,
      [type, person, count, due],
    );

  test('a single event passes masses of its own type, older and younger, and of another, at the first turn', async () => {
    const other = await makeType(db, { channels: ['in_app'] });
    await mass(types.P1, 2_000, '3 seconds');
    const between = await single(types.P1, '2 seconds');
    await mass(types.P1, 2_000, '1 second');
    await mass(other, 2_000, '5 seconds');
    const last = await single(types.P1, '0');
    const apart = await single(other, '4 seconds');
    await planNext('bulk', 'few');
    expect(await Promise.all([last, apart].map(planned))).toEqual([true, true]);
    await planNext('bulk', 'few');
    expect(await planned(between)).toBe(true);
    expect(await unplanned()).toBe(6_000);
    expect(await planNext('bulk', 'few')).toEqual({ found: false, more: false });
  });

  test('neither starves: while single ones keep coming, a mass, a broadcast and the oldest of many single ones go on', async () => {
    const group = await makeType(db, { audience: 'group', channels: ['in_app'] });
    const broadcast = await tellGroup(db, group, await groupOf(1_100));
    await mass(types.P1, 1_000, '3 seconds');
    // As many writers make them: no two of one instant.
    await schedule(types.P1, 500, '-10 seconds', '5 seconds');
    const oldest = await one<string>(db.owner, 'select id from notify.events order by due_at limit 1');
    const decided = () =>
      one<number>(db.owner, 'select count(*)::integer from notify.decisions where event_id = $1', [broadcast]);
    for (let n = 0; n < 30 && (await unplanned()) > 0; n++) {
      const newest = await single(types.P1, '0');
      const before = { unplanned: await unplanned(), decided: await decided() };
      await db.worker.query(`call notify_private.plan_due('bulk', 3, null, null)`);
      // The first turn found the broadcast among the few: how many it is for is only known when its audience is asked.
      if (n > 0) expect(await planned(newest)).toBe(true);
      expect((await unplanned()) < before.unplanned || (await decided()) > before.decided).toBe(true);
      if (n === 0) expect(await planned(oldest)).toBe(true);
      if (n === 2) expect(await decided()).toBe(1_100);
    }
    expect(await unplanned()).toBe(0);
  });

  test('as long as each look at the few finds some, a mass has one turn a call; when one finds none, it goes on', async () => {
    const singles: string[] = [];
    // A look passes the masses before a single event, so each look finds one.
    for (let n = 4; n > 0; n--) {
      singles.unshift(await single(types.P1, `${2 * n} seconds`));
      await mass(types.P1, 400, `${2 * n + 1} seconds`);
    }
    const planSome = (most: number) => db.worker.query(`call notify_private.plan_due('bulk', $1, null, null)`, [most]);
    await planSome(6);
    expect(await Promise.all(singles.map(planned))).toEqual([true, true, true, true]);
    expect(await unplanned()).toBe(1_600 - 150);
    // None, the rest of the oldest and a part of the next.
    await planSome(2);
    expect(await unplanned()).toBe(1_600 - 150 - 450);
  });

  test('where half a turn of few waits, more may: they take turns with the oldest', async () => {
    await schedule(types.P1, 700, '-10 seconds', '5 seconds');
    const oldest = () =>
      one<boolean>(db.owner, 'select planned_at is not null from notify.events order by due_at limit 1');
    await db.worker.query(`call notify_private.plan_due('bulk', 5, null, null)`);
    // The few, the oldest, those that have begun (none), the few, and the oldest again.
    expect(await unplanned()).toBe(700 - 99 - 150 - 99 - 150);
    expect(await oldest()).toBe(true);
    await db.worker.query(`call notify_private.plan_due('bulk', 2, null, null)`);
    expect(await unplanned()).toBe(0);
  });
});

/**
 * Pages that a call touches, functions within it included. The least of some calls: the first makes plans, and any may read
 * the catalog again when other sessions have changed it.
 */
async function pages(sql: string): Promise<number> {
  return db.asOwner(async (client) => {
    const counts: number[] = [];
    for (let n = 0; n < 4; n++) {
      await client.query('savepoint look');
      const { rows } = await client.query<{
        'QUERY PLAN': [{ Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number } }];
      }>(`explain (analyze, buffers, timing off, format json) ${sql}`);
      await client.query('rollback to savepoint look');
      const plan = rows[0]?.['QUERY PLAN'][0].Plan;
      counts.push((plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0));
    }
    return Math.min(...counts);
  });
}

test('fifty thousand scheduled events and a backlog of the other lane cost a sweep, planning and the metrics nothing', async () => {
  const sweep = `select notify_private.enqueue_due('urgent')`;
  const metrics = 'select count(*) from notify_private.prometheus_metrics()';
  const before = [await pages(sweep), await pages(metrics)];
  await schedule(types.P0, 25_000, '1 day', '30 days');
  await schedule(types.P1, 25_000, '1 day', '30 days');
  await schedule(types.P1, 5_000, '-1 hour', '0');
  await db.owner.query('delete from graphile_worker._private_jobs');
  await db.owner.query('analyze notify.events');
  const after = [await pages(sweep), await pages(metrics)];
  expect(after[0]).toBeLessThan((before[0] as number) + 60);
  // It counts the backlog, not what is scheduled.
  expect(after[1]).toBeLessThan((before[1] as number) + 5_500);

  const event = await tell(db, types.P0, [person]);
  expect(await pages(`select notify_private.plan_next('urgent', 'few')`)).toBeLessThan(2_000);
  expect(await one(db.owner, 'select count(*)::integer from notify.events where id = $1', [event])).toBe(1);
});
