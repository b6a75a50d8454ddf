import type { TestDatabase } from './database.ts';

/** The columns of a notification that its person changes, instants to the microsecond. */
export type InboxRow = {
  readonly id: string;
  readonly thread_id: string | null;
  readonly seen_at: string | null;
  readonly read_at: string | null;
  readonly archived_at: string | null;
  readonly snoozed_until: string | null;
  readonly deleted_at: string | null;
};

/** Notifications of one person, a row for each of `rows`, in their order; the ids. */
export async function makeNotifications(
  db: TestDatabase,
  recipientId: string,
  rows: readonly { readonly body?: string; readonly threadId?: string; readonly isTold?: boolean }[],
): Promise<string[]> {
  const made = await db.owner.query<{ id: string }>(
    `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, thread_id, expires_at, told_at)
     select uuidv7(), $1, 'test_push', 'P0', 'A title', coalesce(r.body, 'A body'), r."threadId", now() + interval '1 day',
       case when r."isTold" is distinct from false then now() end
     from rows from (jsonb_to_recordset($2) as (body text, "threadId" text, "isTold" boolean)) with ordinality as r order by r.ordinality
     returning id`,
    [recipientId, JSON.stringify(rows)],
  );
  return made.rows.map(({ id }) => id);
}

/** As the owner sees them, oldest first. */
export async function inboxRows(db: TestDatabase, recipientId: string): Promise<InboxRow[]> {
  const { rows } = await db.owner.query<{ row: InboxRow }>(
    `select to_json(r) as row
     from (select id, thread_id, seen_at, read_at, archived_at, snoozed_until, deleted_at from notify.notifications where recipient_id = $1) as r
     order by r.id`,
    [recipientId],
  );
  return rows.map(({ row }) => row);
}
