import { beforeAll, describe, expect, test } from 'vitest';
import { one } from '../support/one.ts';
import { coachId, db } from './calls-world.ts';

/** Tables that change when people's own columns do. */
const followed = [
  'coaching.calls',
  'coaching.call_schedules',
  'notify.events',
  'notify.digests',
  'notify.schedule_clocks',
  'notify_private.daily_counters',
  'notify.preferences',
  'notify.preference_changes',
  'notify.fallback_choices',
];

beforeAll(async () => {
  await db.owner.query(`
    create schema bulk;
    create table bulk.statements (table_name text, operation text);
    create function bulk.note() returns trigger language plpgsql security definer as $$
    begin
      insert into bulk.statements values (tg_table_schema || '.' || tg_table_name, tg_op);
      return null;
    end $$;
    grant usage on schema bulk to public;
  `);
  for (const table of followed)
    await db.owner.query(
      `create trigger note after insert or update or delete on ${table} for each statement execute function bulk.note()`,
    );
});

/** So many people of several zones who have a call, a daily call, a schedule and a digest to come. */
async function makeCrowd(count: number): Promise<string[]> {
  const { rows } = await db.owner.query<{ id: string }>(
    `insert into notify.users (name, email, phone, locale, time_zone)
     select 'Ada', gen_random_uuid() || '@example.test', '+336' || (10000000 + n), 'en',
       (array['Europe/Paris', 'Asia/Tokyo', 'America/Lima', 'Asia/Kathmandu'])[1 + n % 4]
     from generate_series(1, $1::integer) as n returning id`,
    [count],
  );
  const people = rows.map(({ id }) => id);
  for (const sql of [
    'insert into coaching.members (user_id) select unnest($1::uuid[])',
    `insert into notify.schedules (user_id, type_key, time_of_day) select x, 'test_push', '09:00' from unnest($1::uuid[]) as x`,
    `insert into notify.schedule_clocks (schedule_id, time_zone, next_at)
     select s.id, u.time_zone, now() + interval '1 day' from notify.schedules as s join notify.users as u on u.id = s.user_id
     where s.user_id = any ($1) on conflict do nothing`,
    `insert into notify.digests (user_id, channel, frequency, due_at) select x, 'push', 'daily', now() + interval '20 hours' from unnest($1::uuid[]) as x`,
  ])
    await db.owner.query(sql, [people]);
  await db.owner.query(
    `insert into coaching.call_schedules (user_id, coach_id, topic_key, local_time) select x, $2, 'mood_check', '20:30' from unnest($1::uuid[]) as x`,
    [people, coachId],
  );
  await db.owner.query(
    `insert into coaching.calls (user_id, coach_id, topic_key, scheduled_at)
     select x, $2, 'mood_check', now() + interval '2 days' from unnest($1::uuid[]) as x`,
    [people, coachId],
  );
  return people;
}

/** How many statements of each kind a change makes on each table. */
async function statementsOf(sql: string, people: readonly string[]): Promise<string[]> {
  await db.owner.query('delete from bulk.statements');
  await db.owner.query(sql, [people]);
  const { rows } = await db.owner.query<{ line: string }>(
    `select format('%s %s: %s', operation, table_name, count(*)) as line from bulk.statements
     group by operation, table_name order by 1`,
  );
  return rows.map(({ line }) => line);
}

describe('W28: what many people change in one statement', () => {
  test.each([
    ['their time zones', `update notify.users set time_zone = 'America/New_York' where id = any ($1)`],
    ['their languages', `update notify.users set locale = 'fr' where id = any ($1)`],
    ['their mailboxes', `update notify.users set email = 'x' || email where id = any ($1)`],
    ['their numbers', `update notify.users set phone = phone || '0' where id = any ($1)`],
    [
      'their quiet hours and digest times',
      `insert into notify.personal_settings (user_id, digest_time, quiet_hours, source)
       select x, '10:00', '{}', 'service' from unnest($1::uuid[]) as x
       on conflict (user_id) do update set digest_time = '10:00'`,
    ],
    [
      'their choices',
      `insert into notify.preferences (user_id, type_key, channel, enabled, source)
       select x, 'coaching_preview', 'push', false, 'service' from unnest($1::uuid[]) as x
       on conflict (user_id, type_key, channel) do update set enabled = true`,
    ],
    ['their lead times', `update coaching.members set lead_minutes = 10 where user_id = any ($1)`],
    ['their paths', `update coaching.members set notification_pref = 'sms_only' where user_id = any ($1)`],
    [
      'the times of their daily calls',
      `update coaching.call_schedules set local_time = '19:30' where user_id = any ($1)`,
    ],
    [
      'their calls, each by a distance of its own',
      `update coaching.calls as c set scheduled_at = c.scheduled_at + w.place * interval '1 minute'
       from unnest($1::uuid[]) with ordinality as w (user_id, place)
       where c.user_id = w.user_id and c.schedule_id is null and c.status = 'pending'`,
    ],
    [
      'the end of their calls',
      `update coaching.calls set status = 'canceled' where user_id = any ($1) and status = 'pending'`,
    ],
  ])('%s is as many statements for 150 as for 4', async (_what, sql) => {
    // One of each zone: how many days have a call at once depends on the time of day there.
    const few = await statementsOf(sql, await makeCrowd(4));
    const many = await statementsOf(sql, await makeCrowd(150));
    expect(many).toEqual(few);
  });

  test('a zone takes all that follows it along', async () => {
    const people = await makeCrowd(20);
    await db.owner.query(`update notify.users set time_zone = 'Asia/Dubai' where id = any ($1)`, [people]);
    const left = await one<number>(
      db.owner,
      `select (select count(*) from notify.schedule_clocks as c join notify.schedules as s on s.id = c.schedule_id
               where s.user_id = any ($1) and (c.time_zone <> 'Asia/Dubai' or (c.next_at at time zone 'Asia/Dubai')::time <> '09:00'))
            + (select count(*) from notify.digests as d cross join notify.settings as s
               where d.user_id = any ($1) and (d.due_at at time zone 'Asia/Dubai')::time <> s.digest_time)
            + (select count(*) from coaching.calls as c where c.user_id = any ($1) and c.schedule_id is not null and c.status = 'pending'
               and (c.scheduled_at at time zone 'Asia/Dubai')::time <> '20:30')`,
      [people],
    );
    expect(Number(left)).toBe(0);
  });

  test('a mailbox that changes is not verified any more, one that stays is; who says so is believed', async () => {
    const people = await makeCrowd(3);
    await db.owner.query(`update notify.users set email_verified_at = now() - interval '1 day' where id = any ($1)`, [
      people,
    ]);
    await db.owner.query(
      `update notify.users as u set
         email = case w.place when 2 then upper(u.email) else 'new-' || u.email end,
         email_verified_at = case w.place when 3 then now() else u.email_verified_at end
       from unnest($1::uuid[]) with ordinality as w (id, place) where u.id = w.id`,
      [people],
    );
    const { rows } = await db.owner.query(
      `select u.email_verified_at is not null as verified from unnest($1::uuid[]) with ordinality as w (id, place)
       join notify.users as u on u.id = w.id order by w.place`,
      [people],
    );
    expect(rows.map(({ verified }) => verified)).toEqual([false, true, true]);
  });

  test('rows as they were and as they are now are never joined by a loop, however few were changed first', async () => {
    // A plan that was made for one row is kept for twenty thousand: a join of both transition tables in it may be a nested loop.
    const { rows } = await db.owner.query<{ name: string }>(
      `select distinct p.oid::regproc::text as name
       from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid
       where t.tgrelid = any ('{notify.users,notify.personal_settings,notify.preferences,notify.category_preferences,
             coaching.members,coaching.call_schedules,coaching.calls}'::regclass[])
         and t.tgoldtable is not null and t.tgnewtable is not null
         and p.prosrc ~ ('\\mjoin (' || t.tgoldtable || '|' || t.tgnewtable || ')\\M')
         and not coalesce('enable_nestloop=off' = any (p.proconfig), false)
         -- The limits of one person's own calls.
         and p.proname <> 'tg_calls__check_limits'`,
    );
    expect(rows).toEqual([]);
  });

  test('what is done for each row has no join: where loops are turned off around it, it would read a whole table for each', async () => {
    const { rows } = await db.owner.query<{ name: string }>(
      `select distinct p.oid::regproc::text as name
       from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid
       -- For each row, and ours.
       where t.tgtype & 1 = 1 and not t.tgisinternal and p.prosrc ~* '\\mjoin\\M'
         and not coalesce('enable_nestloop=on' = any (p.proconfig), false)`,
    );
    expect(rows).toEqual([]);
  });
});
