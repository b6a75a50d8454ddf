import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.ts';

/** A notification for somebody, with a delivery that stands where the test wants it; written as the owner. */
export type Made = { readonly eventId: string; readonly notificationId: string; readonly deliveryId: string };

export type MadeDelivery = {
  readonly channel?: string;
  readonly provider?: string;
  readonly status?: string;
  /** 0: not tried yet. */
  readonly attempt?: number;
  readonly address?: string;
  readonly subjectId?: string;
};

export async function makeDelivery(
  database: TestDatabase,
  recipientId: string,
  { channel = 'push', provider = 'apns', status = 'sent', attempt = 1, address, subjectId }: MadeDelivery = {},
): Promise<Made> {
  const { rows } = await database.owner.query<Made>(
    `with event as (
       insert into notify.events (type_key, actor_id, subject_type, subject_id, due_at, planned_at)
       values ('test_push', $1, case when $6::uuid is not null then 'trip' end, $6, now(), now()) returning id
     ),
     notification as (
       insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at)
       select id, $1, 'test_push', 'P0', 'A title', 'A body', now() + interval '1 day' from event returning id, event_id
     ),
     decision as (
       insert into notify.decisions (event_id, recipient_id, channel, outcome, notification_id)
       select event_id, $1, $2, 'send', id from notification
     )
     insert into notify.deliveries
       (notification_id, recipient_id, channel, sender_id, provider, lane, address, status, due_at, reason, expires_at, max_attempts,
        attempt, claim_id, sent_at, finished_at)
     select id, $1, $2,
       (select s.id from notify.senders as s where s.provider = $3 and s.app_key = 'default' and s.environment = 'production'),
       $3, 'urgent', $5, $4, case when $4 = 'queued' then now() end,
       case when $4 in ('unknown', 'failed') then 'worker_lost' end, now() + interval '1 day', 8,
       $7,
       case when $4 = 'sending' then uuidv7() end,
       case when $4 = 'sent' then now() end,
       case when $4 = 'failed' then now() end
     from notification
     returning (select event_id from notification) as "eventId", notification_id as "notificationId", id as "deliveryId"`,
    [recipientId, channel, provider, status, address, subjectId, attempt],
  );
  const made = rows[0];
  if (!made) throw new Error('nothing was made');
  return made;
}

/** A worker registered for the urgent lane; its id. */
export async function registerWorker(database: TestDatabase): Promise<string> {
  const { rows } = await database.worker.query<{ id: string }>(
    `select notify_private.register_worker('urgent', 'test', 1, '{1}') as id`,
  );
  return rows[0]?.id ?? randomUUID();
}
