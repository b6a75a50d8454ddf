// Over 300 lines: one job, and what each kind of row makes of it.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makeType, planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { runUpkeep } from '../support/worker-context.ts';
import { idOf, makeHistory, makePastMonth, partitionsOf } from './months.ts';

let db: TestDatabase;
let people: string[];

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  const { rows } = await db.owner.query<{ id: string }>(
    `insert into notify.users (name) select 'Person ' || n from generate_series(1, 3) as n returning id`,
  );
  people = rows.map(({ id }) => id);
});
afterAll(() => db.drop());

async function applyRetention(): Promise<number> {
  return one(db.worker, 'call notify_private.apply_retention(null)');
}

async function runsOf(month: string): Promise<string[]> {
  const { rows } = await db.asOperator((operator) =>
    operator.query<{ run: string }>(
      `select partition_name || ': ' || action || ' ' || removed || '/' || coalesce(kept, 0) as run
       from notify.retention_runs where partition_name like '%' || $1 order by started_at`,
      [month],
    ),
  );
  return rows.map(({ run }) => run.replace(`_${month}`, ''));
}

test('issue 3, 11: a month past its policy is dropped and said to be; a month within it stays', async () => {
  const past = await makePastMonth(db, 16);
  const young = await makePastMonth(db, 12);
  await makeHistory(db, past, people);
  await makeHistory(db, young, people);
  // The job as the worker runs it.
  await runUpkeep(db, 'retention__apply');
  expect(await partitionsOf(db, past)).toEqual([]);
  expect(await partitionsOf(db, young)).toHaveLength(8);
  expect((await runsOf(past)).sort()).toEqual([
    'decisions: dropped 3/0',
    'deliveries: dropped 3/0',
    'delivery_attempts: dropped 3/0',
    'digest_items: dropped 0/0',
    'events: dropped 1/0',
    'holds: dropped 0/0',
    'notifications: dropped 3/0',
    'receipts: dropped 3/0',
  ]);
  expect(await runsOf(young)).toEqual([]);
  expect(await applyRetention(), 'nothing is left to do').toBe(0);
});

test('issue 3, 11: an operator says how long, and not less than what may still be sent or is remembered', async () => {
  const month = await makePastMonth(db, 4);
  await makeHistory(db, month, people);
  const set = (table: string, keep: string) =>
    db.asOperator(
      (operator) =>
        one<string>(operator as never, `select (notify.set_retention($1, $2::interval)).keep::text`, [table, keep]),
      { commit: true },
    );
  expect(await set('notify.deliveries', '2 months')).toBe('2 mons');
  await applyRetention();
  expect(await partitionsOf(db, month)).toEqual([
    `decisions_${month}`,
    `digest_items_${month}`,
    `events_${month}`,
    `holds_${month}`,
    `notifications_${month}`,
  ]);
  await expect(set('notify.deliveries', '29 days')).rejects.toThrow('keep: must be at least 30 days');
  await expect(set('notify.receipts', '2 years')).rejects.toThrow('table_name: goes with notify.deliveries');
  await expect(set('notify.users', '2 years')).rejects.toThrow('table_name: has no limit');
  await expect(set('notify.nothing', '2 years')).rejects.toMatchObject({ code: 'RBNFD' });
  await makeType(db, { expiresAfter: '50 days' });
  await expect(set('notify.deliveries', '49 days')).rejects.toThrow('keep: must be at least 50 days');
  // A type that lives longer still is not undercut by a policy that was there before.
  const later = await makePastMonth(db, 5);
  await makeType(db, { expiresAfter: '400 days' });
  await applyRetention();
  expect(await partitionsOf(db, later)).toHaveLength(8);
  await db.owner.query(`update notify.notification_types set expires_after = '30 days'`);
  await applyRetention();
  expect(await partitionsOf(db, later)).toHaveLength(5);
  await expect(
    db.asUser(people[0] as string, (user) => user.query(`select notify.set_retention('notify.events', '2 years')`)),
  ).rejects.toMatchObject({ code: '42501' });
  await set('notify.deliveries', '13 months');
});

test('TR-G11: an event scheduled two years ahead outlives its month, is planned in its time and then kept like any other', async () => {
  const month = await makePastMonth(db, 24);
  const typeKey = await makeType(db, { audience: 'named', channels: ['in_app'], defaultChannels: ['in_app'] });
  const done = await makeHistory(db, month, people);
  const [person] = people as [string];
  const eventId = await idOf(db, month);
  await db.owner.query(
    `insert into notify.events (id, type_key, data, due_at, idempotency_key) values ($1, $2, $3, now() + interval '1 hour', $4)`,
    [eventId, typeKey, JSON.stringify({ to: [person], variables: { Name: 'x' } }), randomUUID()],
  );
  await applyRetention();
  expect((await runsOf(month)).sort()).toEqual([
    'decisions: rewritten 3/0',
    'deliveries: dropped 3/0',
    'delivery_attempts: dropped 3/0',
    'events: rewritten 1/1',
    'notifications: dropped 3/0',
    'receipts: dropped 3/0',
  ]);
  expect(await one(db.owner, 'select count(*)::integer from notify.events where id = $1', [done])).toBe(0);
  // Its time comes.
  await db.owner.query('update notify.events set due_at = now() where id = $1', [eventId]);
  await planDue(db);
  expect(await one(db.owner, 'select outcome from notify.decisions where event_id = $1', [eventId])).toBe('send');
  // Planned today: kept for as long as what was made today, by the age of the decision and not of the id.
  await applyRetention();
  expect(await one(db.owner, 'select count(*)::integer from notify.decisions where event_id = $1', [eventId])).toBe(1);
  await db.owner.query(`update notify.events set planned_at = now() - interval '14 months' where id = $1`, [eventId]);
  await applyRetention();
  expect(await partitionsOf(db, month)).toEqual([]);
});

test('issue 3, 11: what is held, gathered or still to be sent is not lost; once it is over, it goes', async () => {
  const month = await makePastMonth(db, 20);
  const [held, gathered, queued] = people as [string, string, string];
  const eventId = await makeHistory(db, month, people);
  await db.owner.query(
    `insert into notify.holds (event_id, recipient_id, channel, held_at, lane, notification_id, rule, reason, due_at)
     select event_id, recipient_id, channel, now(), 'bulk', notification_id, 'quiet_hours', 'quiet_hours', now() + interval '1 hour'
     from notify.decisions where event_id = $1 and recipient_id = $2`,
    [eventId, held],
  );
  await db.owner.query(
    `with digest as (
       insert into notify.digests (user_id, channel, frequency, due_at) values ($2, 'push', 'daily', now() + interval '1 day') returning id
     )
     insert into notify.digest_items (event_id, recipient_id, channel, digest_id, notification_id)
     select event_id, recipient_id, channel, digest.id, notification_id from notify.decisions, digest where event_id = $1 and recipient_id = $2`,
    [eventId, gathered],
  );
  await db.owner.query(
    `update notify.deliveries set status = 'queued', due_at = now(), sent_at = null, delivered_at = null, finished_at = null
     where recipient_id = $1 and id < notify_private.uuidv7_floor(now() - interval '19 months')`,
    [queued],
  );
  await applyRetention();
  const counts = async () => {
    const { rows } = await db.owner.query(
      `select (select count(*)::integer from notify_private.notifications_${month}) as notifications,
        (select count(*)::integer from notify_private.decisions_${month}) as decisions,
        (select count(*)::integer from notify_private.deliveries_${month}) as deliveries`,
    );
    return rows[0];
  };
  // The held person's delivery stays too: a fallback may be waiting for what becomes of it.
  expect(await counts()).toEqual({ notifications: 3, decisions: 3, deliveries: 2 });
  expect(await applyRetention(), 'the second time nothing is left to do').toBe(0);
  await db.owner.query(`update notify.holds set released_at = now(), outcome = 'suppress' where event_id = $1`, [
    eventId,
  ]);
  await applyRetention();
  expect(await counts()).toEqual({ notifications: 2, decisions: 3, deliveries: 1 });
  await db.owner.query(`update notify.digests set closed_at = now(), item_count = 0`);
  await db.owner.query(
    `update notify.deliveries set status = 'expired', reason = 'expired', due_at = null, finished_at = now() where status = 'queued'`,
  );
  await applyRetention();
  expect(await partitionsOf(db, month)).toEqual([]);
});

test('issue 3, 11: a rewritten partition is like the others', async () => {
  const month = await makePastMonth(db, 18);
  const typeKey = await makeType(db, { audience: 'named' });
  await db.owner.query(`insert into notify.events (id, type_key, due_at) values ($1, $2, now() + interval '1 year')`, [
    await idOf(db, month),
    typeKey,
  ]);
  await makeHistory(db, month, people);
  await applyRetention();
  expect(await runsOf(month)).toContain('events: rewritten 1/1');
  const shape = (partition: string) =>
    db.owner
      .query<{ line: string }>(
        `select regexp_replace(line, '_[0-9]{4}_[0-9]{2}|_key[0-9]+|pkey[0-9]+|idx[0-9]+', '', 'g') as line from (
           select 'column ' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || attstorage::text as line from pg_attribute where attrelid = $1::regclass and attnum > 0
           union all
           select 'constraint ' || contype::text || ' ' || pg_get_constraintdef(oid) || ' inherited ' || (coninhcount > 0) from pg_constraint where conrelid = $1::regclass
           union all
           select 'index ' || regexp_replace(pg_get_indexdef(indexrelid), '^.* USING', '') || ' attached ' || relispartition from pg_index join pg_class on oid = indexrelid where indrelid = $1::regclass
           union all
           select 'trigger ' || tgname from pg_trigger where tgrelid = $1::regclass and not tgisinternal
           union all
           select 'security ' || relrowsecurity || coalesce(relacl::text, '') from pg_class where oid = $1::regclass
         ) order by 1`,
        [`notify_private.${partition}`],
      )
      .then(({ rows }) => rows.map(({ line }) => line));
  const current = (await one<string>(db.owner, `select to_char(now() at time zone 'UTC', 'YYYY_MM')`)) as string;
  for (const table of ['events', 'decisions'])
    expect(await shape(`${table}_${month}`), table).toEqual(await shape(`${table}_${current}`));
  await db.owner.query(`update notify.events set canceled_at = now() - interval '14 months' where type_key = $1`, [
    typeKey,
  ]);
  await applyRetention();
});

test('issue 3, 11: while somebody reads or writes the table it is put off, and nobody waits for it longer than its own short wait', async () => {
  const month = await makePastMonth(db, 17);
  await makeHistory(db, month, people);
  const reader = await db.owner.connect();
  await reader.query('begin');
  await reader.query('select count(*)::integer from notify.deliveries');
  // Again and again, so that its short wait is seen however late one looks.
  let isSeen = false;
  const applying = (async () => {
    do await applyRetention();
    while (!isSeen);
  })();
  // An insert that comes while it waits; it would wait for the reader, which waits for it.
  await until(
    'it waits',
    () =>
      one<boolean>(
        db.owner,
        `select exists (select from pg_locks where not granted and locktype = 'relation' and database = (select oid from pg_database where datname = current_database()))`,
      ),
    { everyMs: 10 },
  );
  isSeen = true;
  await db.owner.query(
    `insert into notify.deliveries (notification_id, recipient_id, channel, provider, lane, expires_at, max_attempts, status, reason, finished_at)
     values (uuidv7(), $1, 'push', 'apns', 'bulk', now(), 1, 'failed', 'test', now())`,
    [people[0]],
  );
  await applying;
  await reader.query('rollback');
  reader.release();
  expect(await runsOf(month)).toContain('deliveries: postponed 0/3');
  expect(await partitionsOf(db, month)).toEqual([`deliveries_${month}`]);
  await applyRetention();
  expect(await partitionsOf(db, month)).toEqual([]);
});

test('issue 3, 11: writers of all kinds meanwhile are neither refused nor lose a row', async () => {
  for (const monthsAgo of [30, 31, 32]) {
    const month = await makePastMonth(db, monthsAgo);
    await makeHistory(db, month, people);
    await db.owner.query(
      `insert into notify.events (id, type_key, due_at) values ($1, 'test_push', now() + interval '1 year')`,
      [await idOf(db, month)],
    );
  }
  const typeKey = await makeType(db, { audience: 'named', channels: ['in_app'], defaultChannels: ['in_app'] });
  const stop = new AbortController();
  let written = 0;
  const writers = [0, 1, 2].map(async (n) => {
    while (!stop.signal.aborted) {
      await db.owner.query(`insert into notify.events (type_key, data) values ($1, $2)`, [
        typeKey,
        JSON.stringify({ to: [people[n]], variables: {} }),
      ]);
      written++;
    }
  });
  const planner = (async () => {
    while (!stop.signal.aborted) await planDue(db);
  })();
  await until('all is done in spite of them', async () => {
    await applyRetention();
    const waiting = await one<number>(
      db.owner,
      "select count(*)::integer from notify_private.past_partitions() where from_id < notify_private.uuidv7_floor(now() - interval '29 months')",
    );
    return waiting === 12 && written > 10;
  });
  stop.abort();
  await Promise.all([...writers, planner]);
  await planDue(db);
  expect(
    await one(
      db.owner,
      'select count(*)::integer from notify.decisions where event_id in (select id from notify.events where type_key = $1)',
      [typeKey],
    ),
  ).toBe(written);
  // Four tables of each month have gone, four stay small for the event to come.
  expect(
    await one(
      db.owner,
      `select count(*)::integer from notify_private.past_partitions() where from_id < notify_private.uuidv7_floor(now() - interval '29 months')`,
    ),
  ).toBe(12);
});

test('issue 3, 11: rows of other tables go by their own instant, in portions, and what has none stays', async () => {
  const [person] = people as [string];
  await db.owner.query(
    `insert into notify.suppressions (channel, address, reason, expires_at)
     select 'email', n || '@old.example', 'operator', now() - interval '31 days' from generate_series(1, 25) as n
     union all select 'email', 'recent@old.example', 'operator', now() - interval '29 days'
     union all select 'email', 'forever@old.example', 'complaint', null`,
  );
  await db.owner.query(
    `insert into notify.devices (user_id, provider, token, deactivated_at, deactivation_reason)
     values ($1, 'apns', 'gone', now() - interval '91 days', 'unregistered'), ($1, 'apns', 'works', null, null)`,
    [person],
  );
  expect(await one(db.worker, `select notify_private.delete_aged('notify.suppressions', 10)::integer`)).toBe(10);
  await applyRetention();
  const { rows } = await db.owner.query('select address from notify.suppressions order by 1');
  expect(rows.map(({ address }) => address)).toEqual(['forever@old.example', 'recent@old.example']);
  expect(await one(db.owner, `select string_agg(token, ' ') from notify.devices`)).toBe('works');
  expect(
    await one(
      db.owner,
      `select sum(removed)::integer from notify.retention_runs where table_name = 'notify.suppressions'`,
    ),
  ).toBe(25);
});

test('issue 3, 11: counters reach back as far as the widest rolling window, in every time zone', async () => {
  await db.owner.query(
    `insert into notify_private.daily_counters (recipient_id, day, channel, count)
     select $1, (now() at time zone 'UTC')::date - n, 'push', 1 from generate_series(0, 10) as n`,
    [people[0]],
  );
  await db.worker.query('select notify_private.expire_keys()');
  const oldest = await one<number>(
    db.owner,
    `select (now() at time zone 'UTC')::date - min(day) from notify_private.daily_counters`,
  );
  expect(oldest).toBe(8);
});

test('issue 3, 11: the worker cannot have anything else dropped', async () => {
  const current = (await one<string>(db.owner, `select to_char(now() at time zone 'UTC', 'YYYY_MM')`)) as string;
  for (const [table, partition] of [
    ['notify.events', `events_${current}`],
    ['notify.events', 'events_past'],
    ['notify.users', 'users'],
  ])
    expect(await one(db.worker, 'select notify_private.drop_partition($1, $2)', [table, partition])).toBeNull();
  await expect(
    db.asUser(people[0] as string, (user) =>
      user.query(`select notify_private.drop_partition('notify.events', 'events_2020_01')`),
    ),
  ).rejects.toMatchObject({ code: '42501' });
});

test('issue 3, 11: every table of every pack has a policy or says why it has none, and no policy names a table that is not there', async () => {
  const problems = () =>
    db.owner.query<{ problem: string }>(
      `with ours as (
         select c.oid, n.nspname || '.' || c.relname as name, c.relkind from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and not c.relispartition
           and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public', 'graphile_worker', 'rowbell', 'engine_test')
       )
       select name || ': has no row in notify.retention_policies' as problem from ours
       where name not in (select table_name from notify.retention_policies)
       union all
       select table_name || ': is no table' from notify.retention_policies where table_name not in (select name from ours)
       union all
       select table_name || ': ' || age_column || ' is no instant of it' from notify.retention_policies as p
       where age_column is not null and not exists (
         select from pg_attribute where attrelid = to_regclass(p.table_name) and attname = p.age_column and atttypid = 'timestamptz'::regtype)
       union all
       select name || ': is partitioned, but its policy is not for partitions' from ours as o
       join notify.retention_policies as p on p.table_name = o.name
       left join notify.retention_policies as f on f.table_name = p.follows
       where (o.relkind = 'p') <> (coalesce(f.needed, p.needed) is not null)
       union all
       select table_name || ': gives no reason' from notify.retention_policies where length(reason) < 5
       order by 1`,
    );
  expect((await problems()).rows).toEqual([]);
  await db.owner.query('create table notify.newcomers (id uuid primary key)');
  expect((await problems()).rows).toEqual([{ problem: 'notify.newcomers: has no row in notify.retention_policies' }]);
  await db.owner.query('drop table notify.newcomers');
});

test('the bound of an instant is not beyond the ids of its millisecond', async () => {
  const bound = (instant: string) => one<string>(db.owner, 'select notify_private.uuidv7_floor($1)', [instant]);
  const expected = await bound('2026-11-21 12:00:00.123+00');
  expect(await bound('2026-11-21 12:00:00.1239+00')).toBe(expected);
  expect(await bound('2026-11-21 12:00:00.1231+00')).toBe(expected);
  expect(await bound('2026-11-21 12:00:00.124+00')).not.toBe(expected);
});
