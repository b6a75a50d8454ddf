import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { searchIndexCompactOne } from '../../tasks/search_index__compact_one.ts';
import { makePastMonth } from '../privacy/months.ts';
import { createUser } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { planningContext, runUpkeep } from '../support/worker-context.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db?.drop());

/** The middle of last month and so many minutes, so that no month ends in between. */
const then = (minutes = 0) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1) - 15 * 86_400_000 + minutes * 60_000);
};

/** Notifications of an instant, "Word 1", "Word 2" …, by whoever the client is. */
const give = (client: Pick<TestDatabase['owner'], 'query'>, userId: string, count: number, at = then()) =>
  client.query(
    `insert into notify.notifications (id, event_id, recipient_id, type_key, priority, title, body, expires_at)
     select uuidv7($3::timestamptz - now()), uuidv7(), $1, 'test_push', 'P1', 'Word ' || n, 'Something', now() from generate_series(1, $2::integer) as n`,
    [userId, count, at],
  );
const pack = (userId: string) => one<number>(db.worker, 'select notify_private.compact_search_index($1)', [userId]);
const found = (userId: string, search: string) =>
  db.asUser(userId, (client) =>
    one<number>(client, 'select count(*)::integer from notify_hidden.inbox_matches($1)', [search]),
  );
const chunkSizes = (userId: string) =>
  one<number[]>(
    db.owner,
    'select coalesce(array_agg(size order by id), $2) from notify_private.search_index_chunks where recipient_id = $1',
    [userId, []],
  );

test('NC-3: the words of many are packed by the hour; what is found is the same before, between and after', async () => {
  const [many, few] = [await createUser(db), await createUser(db)];
  await give(db.owner, many, 600);
  await give(db.owner, few, 63);
  const all = async () => [
    await found(many, 'word'),
    await found(many, 'wor 599'),
    await found(many, 'something 5'),
    await found(few, 'words'),
  ];
  const before = await all();
  expect(before).toEqual([600, 1, 111, 63]);
  await runUpkeep(db, 'search_index__compact');
  expect(await chunkSizes(many)).toEqual([256, 256, 88]);
  expect(await chunkSizes(few)).toEqual([]);
  expect(await all()).toEqual(before);
  // New ones of this moment, then enough of them to be packed.
  await give(db.owner, many, 10, then(1));
  await give(db.owner, many, 1, new Date());
  expect(await found(many, 'word')).toBe(611);
  await runUpkeep(db, 'search_index__compact');
  expect(await chunkSizes(many)).toEqual([256, 256, 88]);
  await give(db.owner, many, 60, then(2));
  await runUpkeep(db, 'search_index__compact');
  await runUpkeep(db, 'search_index__compact');
  expect(await chunkSizes(many)).toEqual([256, 256, 88, 70]);
  expect([await found(many, 'word'), await found(many, 'none')]).toEqual([671, 0]);
});

test('NC-3: nothing is passed by that commits late, nor packed while a person is erased', async () => {
  const ada = await createUser(db);
  await give(db.owner, ada, 100, then(60));
  const planner = await db.owner.connect();
  try {
    await planner.query('begin');
    // As planning does, which holds this lock from before it makes ids until it commits.
    await planner.query('select from notify.users where id = $1 for no key update', [ada]);
    await give(planner, ada, 10);
    expect(await pack(ada)).toBe(0);
    await planner.query('commit');
    await planner.query('begin');
    await planner.query(`select pg_advisory_xact_lock(hashtext('notify.erase_person'))`);
    expect(await pack(ada)).toBe(0);
    await planner.query('commit');
  } finally {
    planner.release();
  }
  expect(await pack(ada)).toBe(110);
  expect(await pack(ada)).toBe(0);
  expect(await found(ada, 'word')).toBe(110);
});

test('NC-3: a chunk that goes leaves nothing unfound, and is written again', async () => {
  const ada = await createUser(db);
  await give(db.owner, ada, 600);
  await pack(ada);
  await db.owner.query(
    `delete from notify_private.search_index_chunks where id = (
       select id from notify_private.search_index_chunks where recipient_id = $1 order by id offset 1 limit 1)`,
    [ada],
  );
  expect(await found(ada, 'word')).toBe(600);
  expect(await pack(ada)).toBe(256);
  expect(await chunkSizes(ada)).toEqual([256, 256, 88]);
  expect(await found(ada, 'word')).toBe(600);
});

test('NC-3: also months older than the table of words are packed, and what is too little keeps nothing waiting', async () => {
  const ada = await createUser(db);
  // Of a year: as an installation has them that was there before the words were.
  const month = (await makePastMonth(db, 12)).replace('_', '-');
  await give(db.owner, ada, 63, new Date(`${month}-10T00:00:00Z`));
  expect(await one(db.owner, 'select notify_private.compact_search_index($1, 64)', [ada]), 'too few').toBe(0);
  await give(db.owner, ada, 70);
  // The oldest 64 are the 63 that are too few and one that is not.
  expect(await one(db.owner, 'select notify_private.compact_search_index($1, 64)', [ada])).toBe(64);
  await give(db.owner, ada, 1, new Date(`${month}-20T00:00:00Z`));
  await db.owner.query('select notify_private.make_partitions()');
  expect(await pack(ada)).toBe(64);
  expect(await chunkSizes(ada)).toEqual([64, 64]);
  expect(await found(ada, 'word')).toBe(134);
});

test('NC-3: an endless text is found by its beginning, packed or not', async () => {
  const person = await createUser(db);
  await give(db.owner, person, 64);
  const endless = `${'x'.repeat(2046)} ${'y'.repeat(3000)} ${'㌖'.repeat(700)} beginning ${Array.from({ length: 150_000 }, (_, n) => `𠀀${n}`).join(' ')} end`;
  await db.owner.query(`update notify.notifications set body = $2 where recipient_id = $1 and title = 'Word 7'`, [
    person,
    endless,
  ]);
  const both = async () => [await found(person, 'beginning'), await found(person, 'end')];
  expect(await both()).toEqual([1, 0]);
  await runUpkeep(db, 'search_index__compact');
  expect(await chunkSizes(person)).toEqual([64]);
  expect(await both()).toEqual([1, 0]);
});

test('NC-3: words go with the month of their notifications', async () => {
  const ada = await createUser(db);
  const month = await one<string>(
    db.owner,
    `select to_char(date_trunc('month', now() at time zone 'UTC') - interval '20 months', 'YYYY_MM')`,
  );
  for (const parent of ['notify.notifications', 'notify_private.search_index_chunks']) {
    const bounds = await one<string>(
      db.owner,
      `select format('from (%L) to (%L)', notify_private.uuidv7_floor(m at time zone 'UTC'), notify_private.uuidv7_floor((m + interval '1 month') at time zone 'UTC'))
       from (select to_date($1, 'YYYY_MM')::timestamp as m)`,
      [month],
    );
    await db.owner.query(
      `create table notify_private.${parent.split('.')[1]}_${month} partition of ${parent} for values ${bounds}`,
    );
  }
  await give(db.owner, ada, 80, new Date(`${month.replace('_', '-')}-15T00:00:00Z`));
  expect(await pack(ada)).toBe(80);
  expect(await found(ada, 'word')).toBe(80);
  const { rows } = await db.worker.query('call notify_private.apply_retention(null)');
  expect(rows[0].done).toBeGreaterThanOrEqual(2);
  expect(await chunkSizes(ada)).toEqual([]);
  expect(await found(ada, 'word')).toBe(0);
  const left = await one(
    db.owner,
    `select count(*)::integer from pg_class where relname in ('notifications_' || $1, 'notification_words_' || $1)`,
    [month],
  );
  expect(left).toBe(0);
});

test('NC-3: only the worker packs, and nobody is told whose words there are', async () => {
  const ada = await createUser(db);
  for (const call of [
    `select notify_private.compact_search_index('${ada}')`,
    'select notify_private.people_needing_index_compaction()',
  ]) {
    await expect(db.asUser(ada, (client) => client.query(call))).rejects.toThrow(/permission denied/);
  }
});

describe('W36: what is not packed is bounded by its number, not by the clock', () => {
  const jobs = async (userId: string) =>
    (await db.jobs('search_index__compact_one')).filter(
      ({ payload }) => (payload as { recipientId: string }).recipientId === userId,
    );
  const run = () => db.runJobs({ search_index__compact_one: searchIndexCompactOne(planningContext(db)) });
  const unpacked = (userId: string) =>
    one<number>(db.owner, 'select count(*)::integer from notify_private.unindexed_notifications($1)', [userId]);

  test('thousands of this instant are packed at once, by one job, but for the latest', async () => {
    const [flooded, quiet] = [await createUser(db), await createUser(db)];
    await give(db.owner, quiet, 700, new Date());
    expect(await jobs(quiet)).toEqual([]);
    for (let n = 0; n < 4; n++) await give(db.owner, flooded, 1000, new Date());
    expect(await jobs(flooded)).toHaveLength(1);
    const all = async () => [
      await found(flooded, 'word'),
      await found(flooded, 'something 999'),
      await found(flooded, 'no'),
    ];
    const before = await all();
    expect(before).toEqual([4000, 4, 0]);
    expect(await unpacked(flooded)).toBe(4000);
    await run();
    expect(await jobs(flooded)).toEqual([]);
    expect(await unpacked(flooded)).toBeLessThan(256 + 64);
    expect(await all()).toEqual(before);
    // It goes on: what stays is as little, however many came before.
    await give(db.owner, flooded, 1500, new Date());
    expect(await jobs(flooded)).toHaveLength(1);
    await run();
    expect(await unpacked(flooded)).toBeLessThan(256 + 64);
    expect(await found(flooded, 'word')).toBe(5500);
  });

  test('a job waits for whoever plans for the person, and hands nothing to somebody who is gone', async () => {
    const ada = await createUser(db);
    await give(db.owner, ada, 2000, new Date());
    const planner = await db.owner.connect();
    await planner.query('begin');
    await planner.query('select from notify.users where id = $1 for no key update', [ada]);
    const running = run();
    await until('it waits', () =>
      one<boolean>(
        db.owner,
        `select exists (select from pg_locks where not granted and locktype in ('transactionid', 'tuple'))`,
      ),
    );
    await planner.query('commit');
    planner.release();
    await running;
    expect(await unpacked(ada)).toBeLessThan(256 + 64);
    const nobody = searchIndexCompactOne(planningContext(db));
    await nobody({ recipientId: '00000000-0000-7000-8000-000000000000' });
    await expect(nobody({})).rejects.toThrow('recipientId');
  });

  test('one that comes between packed ones, by a clock that was set back, is found again', async () => {
    const ada = await createUser(db);
    await give(db.owner, ada, 2000, new Date());
    await run();
    const chunks = (await chunkSizes(ada)).length;
    const between = await one<string>(
      db.owner,
      `select id from notify_private.search_index_chunks where recipient_id = $1 order by id limit 1`,
      [ada],
    );
    // The same millisecond as the first of a chunk, and after it.
    await db.owner.query(
      `insert into notify.notifications (id, event_id, recipient_id, type_key, priority, title, body, expires_at)
       values ($2, uuidv7(), $1, 'test_push', 'P1', 'Late', 'Something', now())`,
      [ada, `${between.slice(0, 24)}ffffffffffff`],
    );
    await runUpkeep(db, 'search_index__compact');
    expect(await found(ada, 'late')).toBe(1);
    expect(await found(ada, 'something')).toBe(2001);
    expect(await unpacked(ada)).toBeLessThan(256 + 64 + 1);
    expect((await chunkSizes(ada)).length).toBeGreaterThanOrEqual(chunks - 1);
  });
});
