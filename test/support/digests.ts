import type { TestDatabase } from './database.ts';
import { one } from './one.ts';

export type Gathered = { readonly eventId: string; readonly notificationId: string };

export type Gathering = {
  readonly channel?: 'push' | 'email';
  readonly frequency?: 'daily' | 'weekly';
  /** When the digest is due, if it is opened by this; a moment ago unless told. */
  readonly dueAt?: Date;
  readonly title?: string;
  readonly body?: string;
  /** A key that the candidate claims. */
  readonly dedupeKey?: string;
};

/** A candidate as planning leaves it that gathers it: event, notification, decision, and its place in the open digest. */
export async function gather(
  db: TestDatabase,
  typeKey: string,
  recipientId: string,
  { channel = 'push', frequency = 'daily', title = 'Title', body = 'Body', dedupeKey, ...options }: Gathering = {},
): Promise<Gathered> {
  const dueAt = options.dueAt ?? new Date(Date.now() - 1000);
  return db.asOwner(
    async (client) => {
      await client.query('select from notify.users where id = $1 for no key update', [recipientId]);
      const { rows } = await client.query<Gathered>(
        `with event as (
           insert into notify.events (type_key, planned_at, data) values ($1, now(), jsonb_build_object('to', array[$2::uuid])) returning id
         ),
         notification as (
           insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at, told_at)
           select id, $2, $1, 'P1', $4, $5, now() + interval '30 days', null from event returning id, event_id
         ),
         decision as (
           insert into notify.decisions (event_id, recipient_id, channel, outcome, rule, reason, notification_id, held_until)
           select event_id, $2, $3, 'digest', 'digest', 'frequency', id, $6 from notification
         ),
         keyed as (
           insert into notify_private.dedupe_keys (recipient_id, dedupe_key, channel, event_id, expires_at)
           select $2, $7::text, $3, id, now() + interval '30 days' from event where $7 is not null
         )
         select event_id as "eventId", id as "notificationId" from notification`,
        [typeKey, recipientId, channel, title, body, dueAt, dedupeKey ?? null],
      );
      const made = rows[0] as Gathered;
      await client.query(
        `select notify_private.add_digest_items(array[jsonb_populate_record(null::notify_private.verdict, $1)], now())`,
        [
          JSON.stringify({
            event_id: made.eventId,
            notification_id: made.notificationId,
            recipient_id: recipientId,
            channel,
            frequency,
            held_until: dueAt,
          }),
        ],
      );
      return made;
    },
    { commit: true },
  );
}

/** Closes what is due, by the worker's login, until there is no more. */
export async function closeDue(db: TestDatabase, maxDigests = 100): Promise<void> {
  while (await one<boolean>(db.worker, 'select notify_private.close_digests($1)', [maxDigests]));
}

export type Digest = {
  readonly id: string;
  readonly channel: string;
  readonly frequency: string;
  readonly dueAt: Date;
  readonly closedAt: Date | null;
  readonly itemCount: number | null;
  readonly eventId: string | null;
  readonly closeError: string | null;
  /** Their events in order, with what they were left out by. */
  readonly items: readonly {
    readonly eventId: string;
    readonly position: number | null;
    readonly leftOut: string | null;
  }[];
};

/** A person's digests, oldest first. */
export async function digestsOf(db: TestDatabase, userId: string): Promise<Digest[]> {
  const { rows } = await db.owner.query<Digest>(
    `select d.id, d.channel, d.frequency, d.due_at as "dueAt", d.closed_at as "closedAt", d.item_count as "itemCount",
       d.event_id as "eventId", d.close_error as "closeError",
       (select coalesce(json_agg(json_build_object('eventId', i.event_id, 'position', i.position, 'leftOut', i.left_out)
          order by i.position, i.event_id), '[]') from notify.digest_items as i where i.digest_id = d.id) as items
     from notify.digests as d where d.user_id = $1 order by d.id`,
    [userId],
  );
  return rows;
}
