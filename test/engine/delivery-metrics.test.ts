import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makeType } from '../support/engine-pack.ts';

let db: TestDatabase;
const refresh = () => db.worker.query('call notify_private.refresh_rollups(null, true)');

// Three weeks of deliveries, one every 7 minutes, of three types on three channels, in every state; what becomes of each
// follows from its number; in the middle of a minute, so that an id, made a little later, is of the same hour. The columns that
// the figures count are the view's; what is tested here is how they are counted.
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  for (let n = 1; n <= 10; n++) await makeType(db, { key: `type_${n}` });
  await db.owner.query(`
    create temporary table made as
      select g as n, m.at, uuidv7(m.at - clock_timestamp()) as notification_id,
        (array['type_1', 'type_2', 'type_3', 'test_push'])[1 + g % 4] as type_key, (array['push', 'email', 'in_app'])[1 + g % 3] as channel,
        (array['sent', 'failed', 'delivered', 'delivered', 'queued', 'expired', 'suppressed'])[1 + g % 7] as status
      from generate_series(1, 4300) as g
      cross join lateral (select date_trunc('minute', now()) - interval '30 seconds' - make_interval(mins => 7 * g) as at) as m;
    insert into notify.users (name) select 'Somebody' from generate_series(1, 10);
    insert into notify.notifications (id, event_id, recipient_id, type_key, priority, title, body, expires_at, created_at, read_at)
      select m.notification_id, uuidv7(), u.id, m.type_key, 'P1', 'T', 'B', now(), m.at, case when m.n % 5 = 0 then m.at + make_interval(secs => m.n) end
      from made as m join (select id, row_number() over (order by id) as place from notify.users) as u on u.place = 1 + m.n % 10;
    insert into notify.deliveries (id, notification_id, recipient_id, channel, sender_id, provider, lane, status, due_at, reason, expires_at, max_attempts, attempt,
        created_at, sent_at, delivered_at, finished_at)
      select uuidv7(m.at - clock_timestamp()), m.notification_id, n.recipient_id, m.channel, 2, 'fcm', 'bulk', m.status, case when m.status = 'queued' then now() end,
        case when m.status in ('failed', 'expired', 'suppressed') then 'because_' || m.n % 2 end, now(), 8, 1 + m.n % 3, m.at,
        case when m.status in ('sent', 'delivered') then m.at + interval '1 second' end,
        case when m.status = 'delivered' then m.at + make_interval(secs => m.n / 10.0) end,
        case when m.status not in ('sent', 'queued') then m.at + interval '1 second' end
      from made as m join notify.notifications as n on n.id = m.notification_id;
    insert into notify.receipts (delivery_id, kind, source, occurred_at)
      select d.id, 'clicked', 'client', d.sent_at + interval '90 seconds' from notify.deliveries as d where d.channel = 'push' and d.status = 'delivered'`);
  await refresh();
});
afterAll(() => db?.drop());

const names = [
  'deliveries',
  'waiting',
  'sent',
  'delivered',
  'failed',
  'expired',
  'suppressed',
  'tracked',
  'read',
  'clicked',
];
const counted = `count(*) as deliveries, count(*) filter (where status = 'queued') as waiting, count(sent_at) as sent, count(delivered_at) as delivered,
  count(failed_at) as failed, count(*) filter (where status = 'expired') as expired, count(*) filter (where status = 'suppressed') as suppressed,
  count(*) filter (where is_tracked) as tracked, count(read_at) as read, count(clicked_at) as clicked`;

/** A query as an operator, its rows. */
const ask = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
  (await db.asOperator((client) => client.query(sql, values))).rows;
const hours = (n: number) => new Date(Date.now() - n * 3_600_000).toISOString();

describe('NC-51: whatever is asked for, the rollups say what the deliveries say', () => {
  test.each([
    ['a few hours', hours(5), hours(1), null, null],
    ['part of two days', hours(30), hours(20), null, null],
    ['whole days with edges', hours(400), hours(7), null, null],
    ['a type', hours(400), hours(7), ['type_3'], null],
    ['two types on two channels', hours(300), hours(100), ['type_3', 'type_1'], ['push', 'in_app']],
    ['a channel', hours(480), hours(0), null, ['email']],
    ['nothing', hours(9000), hours(8000), null, null],
  ])('%s', async (_, since, until, types, channels) => {
    const asked = [types, channels, since, until];
    const ofView = `
      from notify.delivery_timelines as f
      where not is_test and ($1::text[] is null or type_key = any ($1)) and ($2::text[] is null or channel = any ($2))
        and created_at >= date_bin('1 hour', $3::timestamptz, 'epoch')
        and created_at < date_bin('1 hour', $4::timestamptz + interval '1 hour' - interval '1 microsecond', 'epoch')`;
    const pick = (row: Record<string, unknown>) => names.map((name) => row[name]);
    const [summary] = await ask('select * from notify.analytics_summary($1, $2, $3, $4)', asked);
    const [rows] = await ask(`select ${counted} ${ofView}`, asked);
    expect(pick(summary ?? {})).toEqual(pick(rows ?? {}));
    for (const [split, key] of [
      ['type', 'type_key'],
      ['channel', 'channel'],
    ]) {
      const said = await ask(`select f.* from unnest(notify.analytics_by_${split}($1, $2, $3, $4)) as f`, asked);
      const seen = await ask(`select ${key}, ${counted} ${ofView} group by 1 order by 1`, asked);
      expect(said.map((row) => [row[key as string], ...pick(row)])).toEqual(
        seen.map((row) => [row[key as string], ...pick(row)]),
      );
    }
    const reasons = await ask(
      'select channel, status, reason, candidates::integer as n from unnest(notify.analytics_reasons($1, $2, $3, $4)) order by 1, 2, 3',
      asked,
    );
    expect(reasons).toEqual(
      await ask(
        `select channel, status, reason, count(*)::integer as n ${ofView} and status in ('failed', 'expired', 'suppressed') group by 1, 2, 3 order by 1, 2, 3`,
        asked,
      ),
    );
  });

  test.each(['UTC', 'Europe/Lisbon', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Kiritimati'])(
    'days in %s are the hours that begin in them',
    async (zone) => {
      const [since, until] = [hours(240), hours(0)];
      const days = await ask(
        `select starts_at, ends_at, deliveries from unnest(notify.analytics_over_time('day', null, null, $1, $2, $3))`,
        [since, until, zone],
      );
      expect(days).toEqual(
        await ask(
          `select s at time zone $3 as starts_at, (s + interval '1 day') at time zone $3 as ends_at,
           (select count(*) from notify.delivery_timelines
            where not is_test and date_trunc('day', date_bin('1 hour', created_at, 'epoch') at time zone $3) = s) as deliveries
         from generate_series(date_trunc('day', $1::timestamptz at time zone $3), $2::timestamptz at time zone $3, '1 day') as s`,
          [since, until, zone],
        ),
      );
      expect(days.some(({ deliveries }) => Number(deliveries) > 0)).toBe(true);
    },
  );

  test.each([
    ['spring', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z', [24, 23, 24]],
    ['autumn', '2025-10-26T12:00:00Z', '2025-10-26T13:00:00Z', [25]],
  ])('a day on which clocks change has 23 or 25 hours: %s', async (_, since, until, lengths) => {
    const days = await ask(
      `select extract(epoch from ends_at - starts_at)::integer / 3600 as hours
       from unnest(notify.analytics_over_time('day', null, null, $1, $2, 'Europe/Lisbon'))`,
      [since, until],
    );
    expect(days.map((day) => day.hours)).toEqual(lengths);
  });

  test('averages are exact, percentiles at most 4.5 % off', async () => {
    const [row] = await ask(
      `select (s.time_to_deliver).*, e.* from notify.analytics_summary(null, '{push}', now() - interval '30 days') as s
       cross join (
         select count(t)::integer as n, avg(t) as average, percentile_disc(array[0.5, 0.9, 0.95, 0.99]) within group (order by t) as exact
         from (select extract(epoch from time_to_deliver)::double precision as t from notify.delivery_timelines where channel = 'push' and not is_test) as d
       ) as e`,
    );
    expect(Number(row?.known)).toBe(row?.n);
    expect(row?.n).toBeGreaterThan(50);
    expect(row?.average_seconds).toBeCloseTo(Number(row?.average), 2);
    const exact = row?.exact as number[];
    for (const [place, name] of ['p50_seconds', 'p90_seconds', 'p95_seconds', 'p99_seconds'].entries()) {
      expect(Math.abs(Number(row?.[name]) / (exact[place] ?? 0) - 1), name).toBeLessThan(0.046);
    }
  });

  test('every time lies within the bucket that analysts see it in', async () => {
    const histogram = await ask(
      `select sum(deliveries)::integer as n, sum(from_seconds * deliveries) as least, sum(to_seconds * deliveries) as most
       from analytics.daily_times where measure = 'time_to_deliver'`,
    );
    const [exact] = await ask(
      `select count(time_to_deliver)::integer as n, sum(extract(epoch from time_to_deliver))::double precision as total
       from notify.delivery_timelines where not is_test`,
    );
    expect(histogram[0]?.n).toBe(exact?.n);
    expect(Number(histogram[0]?.least)).toBeLessThanOrEqual(Number(exact?.total));
    expect(Number(histogram[0]?.most)).toBeGreaterThan(Number(exact?.total));
    expect(Number(histogram[0]?.most) / Number(histogram[0]?.least)).toBeLessThan(1.1);
  });

  test('computed_at is when what is not counted yet was announced, else now', async () => {
    const computedAt = async () => {
      const { rows } = await db.owner.query('select min(announced_at)::text as at from notify_private.dirty_periods');
      const [row] = await ask(
        `select computed_at = now() as "isNow", computed_at = $1::timestamptz as "isMark", deliveries::integer as n
         from notify.analytics_summary(since => '2020-01-01T00:00:00Z')`,
        [rows[0].at],
      );
      return row;
    };
    const before = await computedAt();
    expect(before).toMatchObject({ isNow: true, isMark: null });
    await db.owner.query(
      `delete from notify.deliveries where id in (select delivery_id from notify.delivery_timelines where type_key = 'type_3' order by 1 desc limit 1)`,
    );
    expect(await computedAt()).toMatchObject({ isNow: false, isMark: true, n: before?.n });
    expect((await ask('select computed_at < now() as "isBehind" from analytics.freshness'))[0]).toEqual({
      isBehind: true,
    });
    // Its hour is counted, its day is not: what the day lacks was announced then, and not when the hour was counted.
    const announced = await db.owner.query(
      'select announced_at::text as at, starts_at from notify_private.dirty_periods',
    );
    expect(announced.rowCount).toBe(1);
    await db.worker.query(`select notify_private.refresh_period('hour', $1)`, [announced.rows[0].starts_at]);
    const { rows: marks } = await db.owner.query(
      'select span, announced_at::text as at from notify_private.dirty_periods',
    );
    expect(marks).toEqual([{ span: 'day', at: announced.rows[0].at }]);
    await refresh();
    expect(await computedAt()).toMatchObject({ isNow: true, n: Number(before?.n) - 1 });
  });
});

test('NC-51: operators are refused what would take long to add up, by field; people have their own', async () => {
  const codes = async (call: string) => {
    try {
      await ask(`select notify.${call}`);
      return null;
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return `${code} ${message}`;
    }
  };
  const types = `types => (array(select key from notify.notification_types order by key limit 10))`;
  const wide = `${types}, channels => '{push,email}', since => now() -`;
  expect(await codes(`analytics_over_time('hour', ${wide} interval '24 days')`)).toBe(null);
  expect(await codes(`analytics_over_time('hour', ${wide} interval '30 days')`)).toBe(
    'RBINV since: too long for so many types and channels',
  );
  expect(await codes(`analytics_by_type(since => now() - interval '30 days')`)).toBe(null);
  expect(await codes(`analytics_by_type(since => now() - interval '5 years')`)).toBe(
    'RBINV since: too long for so many types and channels',
  );
  expect(await codes(`analytics_summary(since => now() - interval '5 years')`)).toBe(null);
  expect(await codes(`analytics_reasons(since => now() - interval '200 days')`)).toBe(null);
  expect(await codes(`analytics_reasons(since => now() - interval '202 days')`)).toBe(
    'RBINV since: at most 200 days before until',
  );
  const paris = (days: number) =>
    codes(`analytics_over_time('day', time_zone => 'Europe/Paris', since => now() - interval '${days} days')`);
  expect(await paris(300)).toBe(null);
  expect(await paris(304)).toBe('RBINV since: at most 300 days before until, unless days are those of UTC');
  const { rows } = await db.owner.query('select id from notify.users limit 1');
  expect(await codes(`analytics_by_type(since => now() - interval '5 years', user_id => '${rows[0].id}')`)).toBe(null);
});
