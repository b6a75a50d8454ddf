import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { addTransitions, seed, wrong as wrongIn } from '../support/zone-transitions.ts';

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
  await addTransitions(db);
});
afterAll(() => db.drop());

const wrong = (sql: string) => wrongIn(db, sql);

test('transitions are apart, so that one at a time is all there is to think of', async () => {
  const { rows } = await db.owner.query<{ zones: number; transitions: number; nearest: number }>(`
    select count(distinct zone)::integer as zones, count(*)::integer as transitions,
      extract(epoch from min(apart))::float8 / 86400 as nearest
    from (select *, at - lag(at) over (partition by zone order by at) as apart from public.transitions) as t`);
  expect(rows[0]?.zones).toBeGreaterThan(200);
  expect(rows[0]?.transitions).toBeGreaterThan(4_000);
  expect(rows[0]?.nearest).toBeGreaterThan(12);
});

test('local_instant: around every transition of every zone, first and last, the same as by JavaScript', async () => {
  const found = await wrong(`
    select t.zone, l.local, w.which, i.instant, i.expected, i.instant = i.expected as good
    from public.transitions as t
    cross join lateral (
      select t.at + t.before + d as local from unnest(array['0', '-1 second', '1 second', '20 minutes', '-20 minutes', '24 hours']::interval[]) as d
      union all select t.at + t.after + d from unnest(array['0', '-1 second', '1 second', '-1 microsecond']::interval[]) as d
      union all select t.at + t.before + (random() * 52 - 26) * interval '1 hour' from generate_series(1, 4)
    ) as l
    cross join unnest(array['first', 'last']) as w (which)
    cross join lateral (
      select notify_private.local_instant(l.local, t.zone, w.which) at time zone 'UTC' as instant,
        public.shown_at(t, l.local, w.which) as expected
    ) as i`);
  expect(found.wrong, `seed ${seed}`).toEqual([]);
  expect(found.cases).toBeGreaterThan(100_000);
});

test('local_instant: the day Samoa never had, an hour shown twice, and UTC where no zone is known', async () => {
  const { rows } = await db.owner.query<{ gap: Date; first: Date; last: Date; unknown: Date }>(`
    select notify_private.local_instant('2011-12-30 15:00', 'Pacific/Apia') as gap,
      notify_private.local_instant('2026-10-25 02:30', 'Europe/Paris', 'first') as first,
      notify_private.local_instant('2026-10-25 02:30', 'Europe/Paris') as last,
      notify_private.local_instant('2026-10-25 02:30', null) as unknown`);
  expect(rows[0]).toEqual({
    gap: new Date('2011-12-30T10:00:00Z'),
    first: new Date('2026-10-25T00:30:00Z'),
    last: new Date('2026-10-25T01:30:00Z'),
    unknown: new Date('2026-10-25T02:30:00Z'),
  });
});

test('NC-12 quiet_until: random windows around every transition hold until the end that JavaScript knows', async () => {
  const found = await wrong(`
    select t.zone, t.at as transition, p.windows, i.utc, q.until, x.expected, q.until is not distinct from x.expected as good
    from public.transitions as t
    cross join lateral (
      select array_agg(row(1 + floor(random() * 7), public.random_time(), public.random_time())::notify.quiet_window) as windows
      from generate_series(1, 1 + (extract(epoch from t.at)::bigint / 60 % 3)) where t.zone is not null
    ) as p
    cross join lateral (select t.at + (random() * 100 - 50) * interval '1 hour' as utc from generate_series(1, 20)) as i
    cross join lateral (select notify_private.quiet_until(p.windows, t.zone, i.utc at time zone 'UTC') at time zone 'UTC' as until) as q
    cross join lateral (
      select max(s.ends) as expected from (
        select public.shown_at(t, d + w.starts_at, 'first') as begins,
          public.shown_at(t, d + w.ends_at + case when w.ends_at <= w.starts_at then interval '24 hours' else '0' end, 'last') as ends
        from unnest(p.windows) as w
        cross join generate_series(-3, 2) as n
        cross join lateral (select public.clock_of(t, i.utc)::date + n as d) as d
        where extract(isodow from d) = w.weekday
      ) as s
      where i.utc >= s.begins and i.utc < s.ends
    ) as x`);
  expect(found.wrong, `seed ${seed}`).toEqual([]);
  expect(found.cases).toBeGreaterThan(50_000);
});

test('NC-12 quiet_until: in every zone no instant that the wall clock shows inside is outside, the end is, and no hold outlasts its window', async () => {
  await db.owner.query(`
    create table public.changes as
    with recursive weeks as (
      select z.name as zone, w as at, (w at time zone z.name) - (w at time zone 'UTC') as before,
        ((w + interval '168 hours') at time zone z.name) - ((w + interval '168 hours') at time zone 'UTC') as after
      from public.zones as z cross join generate_series(timestamptz '2011-01-01 00:00Z', '2027-01-01 00:00Z', '168 hours') as w
    ), halves as (
      select zone, at as low, at + interval '168 hours' as high, before from weeks where before <> after
      union all
      select h.zone, case when m.early then m.middle else h.low end, case when m.early then h.high else m.middle end, h.before
      from halves as h
      cross join lateral (
        select to_timestamp(floor((extract(epoch from h.low) + extract(epoch from h.high)) / 2)) as middle
      ) as c
      cross join lateral (select c.middle, (c.middle at time zone h.zone) - (c.middle at time zone 'UTC') = h.before as early) as m
      where h.high - h.low > interval '1 second'
    )
    select zone, high as at from halves where high - low = interval '1 second'`);
  const found = await wrong(`
    select c.zone, p.w as window, i.at, q.until,
      -- Inside by the wall clock is held.
      (q.until is not null or not i.inside)
      -- The end is no more inside, and not held again.
      and (q.until is null or q.until > i.at and notify_private.quiet_until(array[p.w], c.zone, q.until) is null
        -- No longer than the window lasts: its wall-clock length and what the clock was set by on the way.
        and q.until - i.at <= i.length + greatest(interval '0', ((i.at - interval '50 hours') at time zone c.zone) - ((q.until + interval '50 hours') at time zone c.zone)
            + (q.until - i.at + interval '100 hours')))
      as good
    from public.changes as c
    cross join lateral (
      select row(1 + floor(random() * 7), public.random_time(), public.random_time())::notify.quiet_window as w
      from generate_series(1, 2) where c.zone is not null
    ) as p
    cross join lateral (
      select x.at, x.length,
        exists (select from generate_series(-1, 0) as n
          where extract(isodow from x.local::date + n) = (p.w).weekday
            and x.local >= x.local::date + n + (p.w).starts_at and x.local < x.local::date + n + (p.w).starts_at + x.length) as inside
      from (
        select a.at, a.at at time zone c.zone as local,
          (p.w).ends_at - (p.w).starts_at + case when (p.w).ends_at <= (p.w).starts_at then interval '24 hours' else '0' end as length
        from (select c.at + (random() * 100 - 50) * interval '1 hour' as at from generate_series(1, 4)) as a
      ) as x
    ) as i
    cross join lateral (select notify_private.quiet_until(array[p.w], c.zone, i.at) as until) as q`);
  expect(found.wrong, `seed ${seed}`).toEqual([]);
  expect(found.cases).toBeGreaterThan(50_000);
});

test('quiet_until: no windows hold nothing, a window without an end holds nothing, and the latest of two ends counts', async () => {
  const { rows } = await db.owner.query(`
    select notify_private.quiet_until(null, 'Europe/Paris', now()) as unset,
      notify_private.quiet_until('{}', 'Europe/Paris', now()) as none,
      notify_private.quiet_until(array[row(1, '09:00', null)::notify.quiet_window], 'Europe/Paris', '2026-11-23 10:00Z') as endless,
      notify_private.quiet_until(array[row(1, '09:00', '12:00')::notify.quiet_window, row(1, '10:00', '11:30')::notify.quiet_window],
        'Europe/Paris', '2026-11-23 09:30Z') as both,
      notify_private.quiet_until(array[row(7, '22:00', '07:00')::notify.quiet_window], null, '2026-11-23 06:59Z') as utc,
      notify_private.quiet_until(array[row(7, '22:00', '07:00')::notify.quiet_window], null, '2026-11-23 07:00Z') as over`);
  expect(rows[0]).toEqual({
    unset: null,
    none: null,
    endless: null,
    both: new Date('2026-11-23T11:00:00Z'),
    utc: new Date('2026-11-23T07:00:00Z'),
    over: null,
  });
});

test('CP-7 next_local: the same as by JavaScript, later than what it was asked after, and the clock shows the time', async () => {
  const found = await wrong(`
    select t.zone, p.*, n.next, x.expected,
      n.next = x.expected and n.next > p.utc
        and (public.clock_of(t, n.next)::time = p.time_of_day or n.next = t.at) as good
    from public.transitions as t
    cross join lateral (
      select public.random_time() as time_of_day,
        public.random_weekdays() as weekdays,
        t.at + (random() * 100 - 50) * interval '1 hour' as utc
      from generate_series(1, 4) where t.zone is not null
    ) as p
    cross join lateral (
      select notify_private.next_local(p.time_of_day, p.weekdays, t.zone, p.utc at time zone 'UTC') at time zone 'UTC' as next
    ) as n
    cross join lateral (
      select min(s.instant) as expected from (
        select public.shown_at(t, d + p.time_of_day, 'first') as instant
        from generate_series(-2, 17) as n cross join lateral (select public.clock_of(t, p.utc)::date + n as d) as d
        where (p.weekdays is null or extract(isodow from d)::smallint = any (p.weekdays))
          -- A day that is skipped whole has none.
          and not (d >= t.at + t.before and d + 1 <= t.at + t.after)
      ) as s
      where s.instant > p.utc
    ) as x`);
  expect(found.wrong, `seed ${seed}`).toEqual([]);
  expect(found.cases).toBeGreaterThan(20_000);
});

test('CP-7 next_local: once on a day that shows the time twice, at the end of the gap on one that skips it', async () => {
  const { rows } = await db.owner.query(`
    with recursive fall as (
      select notify_private.next_local('02:30', null, 'Europe/Paris', '2026-10-24 00:00Z') as at, 1 as n
      union all select notify_private.next_local('02:30', null, 'Europe/Paris', at), n + 1 from fall where n < 3
    )
    select (select array_agg(at order by at) from fall) as fall,
      notify_private.next_local('02:30', '{7}', 'Europe/Paris', '2026-03-28 12:00Z') as spring,
      notify_private.next_local('09:00', '{}', 'Europe/Paris', '2026-03-28 12:00Z') as never`);
  expect(rows[0]).toEqual({
    fall: ['2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'].map((at) => new Date(at)),
    spring: new Date('2026-03-29T01:00:00Z'),
    never: null,
  });
});
