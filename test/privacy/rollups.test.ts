import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { idOf, makeHistory, makePastMonth, partitionsOf } from './months.ts';

/** The figures outlive the rows that they count, and say nothing of anybody. */
let db: TestDatabase;
let people: string[];
let typeKey: string;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  people = [await makePerson(db), await makePerson(db), await makePerson(db)];
  typeKey = await makeType(db);
  await keepHours('3 years');
});
afterAll(() => db.drop());

const keepHours = (keep: string) =>
  db.asOperator(
    (client) => client.query(`select notify.set_retention('notify_private.hourly_rollups', $1::interval)`, [keep]),
    {
      commit: true,
    },
  );
const refresh = () => one<number>(db.worker, 'call notify_private.refresh_rollups(null, true)');
const applyRetention = () => one<number>(db.worker, 'call notify_private.apply_retention(null)');

/** Three deliveries that arrived in the middle of that month, and a candidate that a rule held back. */
async function makeCounted(month: string): Promise<void> {
  const eventId = await makeHistory(db, month, people);
  await db.owner.query(
    `with event as (update notify.events set type_key = $2 where id = $1)
     update notify.notifications set type_key = $2 where event_id = $1`,
    [eventId, typeKey],
  );
  await db.owner.query(
    `insert into notify.decisions (event_id, recipient_id, channel, outcome, rule, reason)
     select $1, recipient_id, 'email', 'suppress', 'preference', 'switched_off' from notify.decisions where event_id = $1 limit 1`,
    [eventId],
  );
}

/** What the rollups say of that month: deliveries, clicked, held back; by the hour, then by the day. */
async function figuresOf(month: string): Promise<string[]> {
  const of = (table: string) =>
    one<string>(
      db.owner,
      `select coalesce(sum(deliveries), 0) || ' ' || coalesce(sum(clicked), 0) || ' ' || coalesce(sum(held_back), 0)
       from notify_private.${table} where type_key is null and channel is null and to_char(starts_at at time zone 'UTC', 'YYYY_MM') = $1`,
      [month],
    );
  return [await of('hourly_rollups'), await of('daily_rollups')];
}

/** Somebody clicks, late, on one that was made in that month. */
const click = (month: string) =>
  db.asHttp(
    async (client) => {
      const id = await one<string>(
        db.owner,
        `select id from notify.deliveries where to_char(notify_private.uuid_hour(id) at time zone 'UTC', 'YYYY_MM') = $1 order by id limit 1`,
        [month],
      );
      await client.query(`select notify_private.record_receipt($1, 'clicked', 'client')`, [id]);
    },
    { commit: true },
  );

test('NC-51: a month is counted for a last time when its rows go; what is said of it later changes nothing', async () => {
  const month = await makePastMonth(db, 16);
  await makeCounted(month);
  await refresh();
  expect(await figuresOf(month)).toEqual(['3 0 1', '3 0 1']);
  // Not yet counted when the rows go; and an event that is still to come.
  await click(month);
  const toCome = await idOf(db, month);
  await db.owner.query(
    `insert into notify.events (id, type_key, data, due_at) values ($1, $2, $3, now() + interval '1 hour')`,
    [toCome, typeKey, JSON.stringify({ to: people })],
  );
  await applyRetention();
  expect(await partitionsOf(db, month)).toEqual(
    [`decisions_${month}`, `events_${month}`, `holds_${month}`, `digest_items_${month}`].sort(),
  );
  expect(await figuresOf(month)).toEqual(['3 1 1', '3 1 1']);

  // Its time comes, and everybody has switched it off: decided in an hour that is closed.
  await db.owner.query(`update notify.notification_types set enabled = false where key = $1`, [typeKey]);
  await db.owner.query('update notify.events set due_at = now() where id = $1', [toCome]);
  await planDue(db);
  await db.owner.query(`update notify.notification_types set enabled = true where key = $1`, [typeKey]);
  expect(
    await one(db.owner, `select count(*)::integer from notify.decisions where event_id = $1 and outcome = 'suppress'`, [
      toCome,
    ]),
  ).toBe(3);
  expect(await one(db.owner, `select count(*)::integer from notify_private.dirty_periods`)).toBeGreaterThan(0);
  await refresh();
  expect(await one(db.owner, `select count(*)::integer from notify_private.dirty_periods`)).toBe(0);
  expect(await figuresOf(month)).toEqual(['3 1 1', '3 1 1']);
});

test('NC-51: rows do not go while their hour is being counted, and an hour is not counted while its rows go', async () => {
  const month = await makePastMonth(db, 15);
  await makeCounted(month);
  await refresh();
  await click(month);
  const counting = await db.worker.connect();
  await counting.query('begin');
  expect(
    await one(
      counting,
      `select bool_and(notify_private.refresh_period('hour', p)) from notify_private.due_periods('hour', true) as p`,
    ),
  ).toBe(true);
  await applyRetention();
  const { rows: runs } = await db.owner.query<{ name: string }>(
    `select distinct regexp_replace(table_name, '.*\\.', '') as name from notify.retention_runs
     where partition_name like '%' || $1 and action = 'postponed' order by 1`,
    [month],
  );
  expect(runs.map(({ name }) => name)).toEqual([
    'decisions',
    'deliveries',
    'delivery_attempts',
    'events',
    'notifications',
    'receipts',
  ]);
  await counting.query('commit');

  // The other way round: whoever comes to count waits, and then sees that it is closed.
  await click(month);
  const letting = await db.worker.connect();
  await letting.query('begin');
  expect(
    await one(letting, `select notify_private.drop_partition('notify.deliveries', $1)`, [`deliveries_${month}`]),
  ).toBe('dropped');
  // Meanwhile something of that hour changes in another table.
  await db.owner.query(
    `insert into notify_private.dirty_periods (span, starts_at) values ('hour', notify_private.uuid_hour($1))`,
    [await idOf(db, month)],
  );
  const pid = await one<number>(counting, 'select pg_backend_pid()');
  const late = counting.query(
    `select notify_private.refresh_period('hour', date_bin('1 hour', uuid_extract_timestamp($1), 'epoch'))`,
    [await idOf(db, month)],
  );
  await until('it waits', () =>
    one<boolean>(db.owner, 'select exists (select from pg_locks where not granted and pid = $1)', [pid]),
  );
  await letting.query('commit');
  await late;
  counting.release();
  letting.release();
  await refresh();
  await applyRetention();
  expect(await partitionsOf(db, month)).toEqual([]);
  expect(await figuresOf(month)).toEqual(['3 1 1', '3 1 1']);
});

test('NC-51: hours go before days, and a day whose hours have gone stays as it is', async () => {
  const month = await makePastMonth(db, 5);
  await makeCounted(month);
  await refresh();
  await keepHours('60 days');
  await applyRetention();
  expect(await figuresOf(month)).toEqual(['0 0 0', '3 0 1']);
  await click(month);
  await refresh();
  expect(await figuresOf(month)).toEqual(['0 0 0', '3 0 1']);
  await keepHours('3 years');
  await expect(keepHours('20 days')).rejects.toThrow('keep: must be at least 35 days');
});

test('NC-51: who is erased is no longer counted where rows still are, stays in sums that are closed, and is in no rollup', async () => {
  const closed = await makePastMonth(db, 6);
  const open = await makePastMonth(db, 2);
  await makeCounted(closed);
  await makeCounted(open);
  await refresh();
  await keepHours('100 days');
  await applyRetention();
  const [person] = people as [string];
  await db.asOperator(
    (client) => client.query(`select notify.erase_person($1, 'person_request', confirm => $1)`, [person]),
    { commit: true },
  );
  expect(await one(db.owner, 'select count(*)::integer from notify.deliveries where recipient_id = $1', [person])).toBe(
    0,
  );
  await refresh();
  const heldBack = await one<number>(
    db.owner,
    `select count(*)::integer from notify.decisions where outcome = 'suppress' and event_id > notify_private.uuidv7_floor(now() - interval '100 days')`,
  );
  expect(await figuresOf(open)).toEqual([`2 0 ${heldBack}`, `2 0 ${heldBack}`]);
  expect(await figuresOf(closed)).toEqual(['0 0 0', '3 0 1']);
  const rows = await one<string>(
    db.owner,
    `select string_agg(r, ' ') from (
       select to_jsonb(s)::text as r from notify_private.hourly_rollups as s union all select to_jsonb(s)::text from notify_private.daily_rollups as s
       union all select to_jsonb(s)::text from notify_private.hourly_reason_rollups as s union all select to_jsonb(s)::text from notify_private.daily_reason_rollups as s
       union all select to_jsonb(s)::text from notify_private.hourly_breakdowns as s union all select to_jsonb(s)::text from notify_private.daily_breakdowns as s) as x`,
  );
  expect(rows).toContain(typeKey);
  // Not even the id of a thing.
  expect(rows).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
});
