import type { TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';

const parents = [
  'events',
  'notifications',
  'decisions',
  'deliveries',
  'delivery_attempts',
  'receipts',
  'holds',
  'digest_items',
] as const;

/**
 * Partitions for the month that was so many months ago, as make_partitions() made them then; the month as `YYYY_MM`.
 * They may be there: a database that was made before midnight of a month's last day has those of one month more.
 */
export async function makePastMonth(db: TestDatabase, monthsAgo: number): Promise<string> {
  const month = await one<string>(
    db.owner,
    `select to_char(date_trunc('month', now() at time zone 'UTC') - make_interval(months => $1), 'YYYY_MM')`,
    [monthsAgo],
  );
  for (const parent of parents) {
    const bounds = await one<string>(
      db.owner,
      `select format('from (%L) to (%L)', notify_private.uuidv7_floor(m at time zone 'UTC'), notify_private.uuidv7_floor((m + interval '1 month') at time zone 'UTC'))
       from (select to_date($1, 'YYYY_MM')::timestamp as m)`,
      [month],
    );
    await db.owner.query(
      `create table if not exists notify_private.${parent}_${month} partition of notify.${parent} for values ${bounds};
       alter table notify_private.${parent}_${month} enable row level security`,
    );
  }
  return month;
}

/** An id of the middle of a month made by `makePastMonth`. */
export function idOf(db: TestDatabase, month: string): Promise<string> {
  return one(db.owner, `select uuidv7(to_date($1, 'YYYY_MM') + interval '14 days' - now())`, [month]);
}

/** The partitions of a month, without their schema. */
export async function partitionsOf(db: TestDatabase, month: string): Promise<string[]> {
  const { rows } = await db.owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'notify_private'::regnamespace and relkind = 'r' and relname like '%' || $1 || '%' order by 1`,
    [month],
  );
  return rows.map(({ name }) => name);
}

/** A planned event of that month with everything that follows from it, for each of some people; the event's id. */
export async function makeHistory(db: TestDatabase, month: string, recipientIds: readonly string[]): Promise<string> {
  const eventId = await idOf(db, month);
  await db.owner.query(
    `with at as (select to_date($2, 'YYYY_MM') + interval '14 days' as t),
     event as (
       insert into notify.events (id, type_key, actor_id, due_at, created_at, planned_at)
       select $1, 'test_push', null, t, t, t from at returning id
     ),
     person as (select r as id, uuidv7(t - now()) as notification_id, uuidv7(t - now()) as delivery_id, t from at, unnest($3::uuid[]) as r),
     notification as (
       insert into notify.notifications (id, event_id, recipient_id, type_key, priority, title, body, created_at, expires_at, told_at)
       select notification_id, $1, id, 'test_push', 'P0', 'A title', 'A body', t, t, t from person
     ),
     decision as (
       insert into notify.decisions (event_id, recipient_id, channel, outcome, notification_id, decided_at)
       select $1, id, 'push', 'send', notification_id, t from person
     ),
     attempt as (
       insert into notify.delivery_attempts (delivery_id, attempt, outcome, started_at) select delivery_id, 1, 'accepted', t from person
     ),
     receipt as (
       insert into notify.receipts (delivery_id, kind, source) select delivery_id, 'delivered', 'provider' from person
     )
     insert into notify.deliveries (id, notification_id, recipient_id, channel, sender_id, provider, lane, status, expires_at, attempt, max_attempts, sent_at, delivered_at, finished_at)
     select delivery_id, notification_id, id, 'push', 1, 'apns', 'bulk', 'delivered', t, 1, 8, t, t, t from person`,
    [eventId, month, recipientIds],
  );
  return eventId;
}
