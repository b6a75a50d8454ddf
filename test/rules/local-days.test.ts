import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, makeType } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { engineOf } from '../support/worker-context.ts';
import { addTransitions, seed, wrong } from '../support/zone-transitions.ts';

let db: TestDatabase;
let type: string;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await addTransitions(db);
  type = await makeType(db, { channels: ['in_app'], expiresAfter: '100000 days' });
});
afterAll(() => db.drop());

test('W23: around every transition each local day that there was has one occurrence, in its order, and no other day has', async () => {
  const found = await wrong(
    db,
    `with recursive asked as (
       select t as t, t.at, public.random_time() as time_of_day, public.random_weekdays() as weekdays
       from public.transitions as t where t.at > '2007-01-01'
       union all
       -- Times that a gap at midnight skips, of every such gap.
       select t, t.at, (t.at + t.before + (t.after - t.before) / 2)::time, null
       from public.transitions as t where (t.at + t.before)::date < (t.at + t.after)::date
     ),
     chain as (
       select a.*, 0 as n, null::timestamptz as instant, a.at at time zone 'UTC' - interval '72 hours' as upcoming from asked as a
       union all
       select c.t, c.at, c.time_of_day, c.weekdays, c.n + 1, c.upcoming,
         notify_private.next_local(c.time_of_day, c.weekdays, (c.t).zone, c.upcoming)
       from chain as c where c.n < 10 and c.upcoming < c.at at time zone 'UTC' + interval '300 hours'
     )
     select (c.t).zone, c.at, c.time_of_day, c.weekdays, c.days, x.expected, c.days = x.expected as good
     from (
       select c.t, c.at, c.time_of_day, c.weekdays, coalesce(array_agg(notify_private.occurrence_day(c.instant, c.time_of_day, (c.t).zone)
         order by c.n) filter (where c.n > 1 and c.instant < c.at at time zone 'UTC' + interval '96 hours'), '{}') as days
       from chain as c group by c.t, c.at, c.time_of_day, c.weekdays
     ) as c
     cross join lateral (
       select coalesce(array_agg(d order by d), '{}') as expected
       from generate_series(-6, 6) as n cross join lateral (select c.at::date + n as d) as d
       cross join lateral (select public.shown_at(c.t, d + c.time_of_day, 'first') as instant) as i
       where i.instant > c.at - interval '72 hours' and i.instant < c.at + interval '96 hours'
         and (c.weekdays is null or extract(isodow from d)::smallint = any (c.weekdays))
         and not (d >= c.at + (c.t).before and d + 1 <= c.at + (c.t).after)
     ) as x`,
  );
  expect(found.wrong, `seed ${seed}`).toEqual([]);
  expect(found.cases).toBeGreaterThan(4_000);
});

describe('W23: a schedule', () => {
  /** A schedule of somebody who lives there, and the first instants at which it comes after another. */
  async function comesAt(timeOfDay: string, zone: string, after: string, times: number, more = '') {
    await forget(db);
    await db.owner.query('delete from notify.schedules');
    const person = await makePerson(db, { timeZone: zone, devices: [] });
    const schedule = await one<string>(
      db.owner,
      `select notify.create_schedule('${type}', '${timeOfDay}', user_id => '${person}' ${more})`,
    );
    const { rows } = await db.owner.query<{ at: Date }>(
      `with recursive instants as (
         select s, notify_private.next_occurrence(s, $2, $3, null) as at, 1 as n from notify.schedules as s where s.id = $1
         union all
         select s, notify_private.next_occurrence(s, $2, at, null), n + 1 from instants where n < $4 and at is not null
       )
       select at from instants where at is not null order by at`,
      [schedule, zone, after, times],
    );
    return rows.map(({ at }) => at.toISOString());
  }
  const dayOf = (at: string, timeOfDay: string, zone: string) =>
    one<string>(db.owner, 'select notify_private.occurrence_day($1, $2, $3)::text', [at, timeOfDay, zone]);

  test.each([
    ['America/Nuuk', '2027-03-27T01:30:00Z', ['2027-03-27', '2027-03-28', '2027-03-29']],
    ['America/Scoresbysund', '2027-03-27T01:30:00Z', ['2027-03-27', '2027-03-28', '2027-03-29']],
  ])('at 23:30 in %s comes on the Saturday whose last hour was skipped and on the Sunday', async (zone, from, days) => {
    const found = await comesAt('23:30', zone, from, 3);
    expect(await Promise.all(found.map((at) => dayOf(at, '23:30', zone)))).toEqual(days);
  });

  test('in Samoa has none on the day that never was', async () => {
    const found = await comesAt('09:00', 'Pacific/Apia', '2011-12-29T00:00:00Z', 3);
    expect(found).toEqual(['2011-12-29T19:00:00.000Z', '2011-12-30T19:00:00.000Z', '2011-12-31T19:00:00.000Z']);
    const weekly = await comesAt('09:00', 'Pacific/Apia', '2011-12-24T00:00:00Z', 1, `, weekdays => '{5}'`);
    expect(weekly).toEqual(['2012-01-05T19:00:00.000Z']);
  });

  test('begins and ends with the days it names, though a gap moves the time to the next midnight', async () => {
    const begins = await comesAt('23:30', 'America/Nuuk', '2027-03-20T00:00:00Z', 1, `, starts_on => '2027-03-28'`);
    expect(begins).toEqual(['2027-03-29T00:30:00.000Z']);
    const ends = await comesAt('23:30', 'America/Nuuk', '2027-03-28T00:00:00Z', 3, `, ends_on => '2027-03-27'`);
    expect(ends).toEqual(['2027-03-28T01:00:00.000Z']);
  });

  test('tells its event the day that it asked for', async () => {
    const [at] = await comesAt('23:30', 'America/Nuuk', '2025-03-29T12:00:00Z', 1, `, ends_on => '2025-03-29'`);
    await db.owner.query('update notify.schedule_clocks set next_at = $1', [at]);
    await engineOf(db).fireSchedules();
    expect(await one(db.owner, `select data ->> 'local_date' from notify.events`)).toBe('2025-03-29');
    expect(await one(db.owner, 'select last_on::text from notify.schedule_clocks')).toBe('2025-03-29');
  });
});
