import { expect } from 'vitest';
import type { TestDatabase } from './database.ts';

const counts = [
  'deliveries',
  'sent',
  'delivered',
  'tracked',
  'read',
  'clicked',
  'leavable',
  'unsubscribed',
  'failed',
  'expired',
  'canceled',
  'suppressed',
  'unknown',
  'waiting',
  'held_back',
  'retried',
  'retries',
  'recovered',
  'given_up',
  'delivery_times',
  'read_times',
  'click_times',
  'pushes',
  'app_opens',
];
const sums = ['delivery_time', 'read_time', 'click_time'];
const histograms = ['delivery_histogram', 'read_histogram', 'click_histogram'];

/** Counted from the rows there are: everything of an hour or a day, by type and channel, by either, and together. */
const counted = (span: 'hour' | 'day') => `
  with candidates as (
    select date_trunc('${span}', notify_private.uuid_hour(t.delivery_id), 'UTC') as starts_at, t.*
    from notify.delivery_timelines as t where not t.is_test
    union all
    select date_trunc('${span}', notify_private.uuid_hour(d.event_id), 'UTC'), (jsonb_populate_record(
      null::notify.delivery_timelines, jsonb_build_object('type_key', e.type_key, 'channel', d.channel, 'status', 'held_back', 'reason', d.reason))).*
    from notify.decisions as d join notify.events as e on e.id = d.event_id
    where d.outcome = 'suppress' and e.type_key not in ('test_push', 'test_email')
  )`;
const measured = (times: string, time: string) => `
  count(${time}) as ${times}_times, coalesce(sum(${time}), '0') as ${times}_time,
  coalesce(notify_private.merge_histograms(array[(notify_private.histogram_bucket(${time}) << 40) + 1]) filter (where ${time} is not null), '{}')
    as ${times}_histogram`;

const broken = ['deliveries', 'sent', 'delivered', 'failed', 'hard_bounced', 'soft_bounced', 'complained'].concat(
  'tracked read clicked leavable unsubscribed'.split(' '),
);
/** By provider, and by what their recipients say of themselves. */
const breakdowns = (span: 'hour' | 'day') => `
  select date_trunc('${span}', notify_private.uuid_hour(t.delivery_id), 'UTC') as starts_at, t.type_key, t.channel, x.dimension, x.value,
    count(*) as deliveries, count(t.sent_at) as sent, count(t.delivered_at) as delivered, count(t.failed_at) as failed,
    count(*) filter (where t.bounce_type = 'hard') as hard_bounced, count(*) filter (where t.bounce_type = 'soft') as soft_bounced,
    count(t.complained_at) as complained, count(*) filter (where t.is_tracked) as tracked, count(t.read_at) as read,
    count(t.clicked_at) as clicked, count(*) filter (where t.is_leavable) as leavable, count(t.unsubscribed_at) as unsubscribed
  from notify.delivery_timelines as t join notify.users as u on u.id = t.recipient_id
  cross join lateral (values ('provider', t.provider), ('locale', u.locale), ('region', u.region)) as x (dimension, value)
  where not t.is_test group by 1, 2, 3, 4, 5`;

/** Expects the rollups to say exactly what the rows say, each figure of each hour and day; how many rows that is. */
export async function expectExact(db: TestDatabase): Promise<number> {
  let rows = 0;
  for (const span of ['hour', 'day'] as const) {
    const prefix = span === 'hour' ? 'hourly' : 'daily';
    const list = async (from: string, columns: string[]) =>
      (
        await db.owner.query<{ row: string }>(
          `select concat_ws(' ', s.starts_at, s.type_key, '/', s.channel, ${columns.map((column) => `'${column}', s.${column}`)}) as row
           from (${from}) as s order by 1`,
        )
      ).rows.map(({ row }) => row);
    const figures = [...counts, ...sums, ...histograms];
    const actual = await list(`select * from notify_private.${prefix}_rollups`, figures);
    expect(actual).toEqual(
      await list(
        `${counted(span)}
         select starts_at, type_key, channel,
           count(*) filter (where status <> 'held_back') as deliveries, count(sent_at) as sent, count(delivered_at) as delivered,
           count(*) filter (where is_tracked) as tracked, count(read_at) as read, count(clicked_at) as clicked,
           count(*) filter (where is_leavable) as leavable, count(unsubscribed_at) as unsubscribed, count(failed_at) as failed,
           ${['expired', 'canceled', 'suppressed', 'unknown', 'held_back'].map((status) => `count(*) filter (where status = '${status}') as ${status}`)},
           count(*) filter (where status in ('queued', 'sending')) as waiting,
           count(*) filter (where retries > 0) as retried, coalesce(sum(retries), 0) as retries,
           count(is_app_opened) as pushes, count(*) filter (where is_app_opened) as app_opens,
           count(*) filter (where is_recovered) as recovered, count(*) filter (where not is_recovered) as given_up,
           ${measured('delivery', 'time_to_deliver')}, ${measured('read', 'time_to_read')}, ${measured('click', 'time_to_click')}
         from candidates
         group by grouping sets ((starts_at, type_key, channel), (starts_at, type_key), (starts_at, channel), (starts_at))`,
        figures,
      ),
    );
    const outcomes = ['status', 'reason', 'candidates'];
    expect(await list(`select * from notify_private.${prefix}_reason_rollups`, outcomes)).toEqual(
      await list(
        `${counted(span)} select starts_at, type_key, channel, status, reason, count(*) as candidates from candidates
         group by starts_at, type_key, channel, status, reason`,
        outcomes,
      ),
    );
    expect(await list(`select * from notify_private.${prefix}_breakdowns`, ['dimension', 'value', ...broken])).toEqual(
      await list(breakdowns(span), ['dimension', 'value', ...broken]),
    );
    rows += actual.length;
  }
  return rows;
}
