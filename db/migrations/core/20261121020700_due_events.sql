-- migrate:up
-- A partitioned table's indexes cannot be made or dropped concurrently.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
set local lock_timeout = '5s';

-- What is to be planned, by when, apart for each type: a lane finds its own behind a hundred thousand of the other lane's.
drop index notify.events_due_at_idx;
create index events_due_idx on notify.events (type_key, coalesce(retry_at, due_at)) where planned_at is null and canceled_at is null;
-- What could not be planned, for operators; few, however many are scheduled.
create index events_retry_at_idx on notify.events (retry_at) where retry_at is not null and planned_at is null and canceled_at is null;

-- What is planned may be canceled, as far as it has not been sent: notify.cancel_events().
alter table notify.events drop constraint events_planned_or_canceled;
comment on column notify.events.canceled_at is 'Nothing more is planned or sent of it. What had been sent by then was sent: planned_at, deliveries.';

create type notify_private.planned_chunk as (found boolean, unplanned uuid[]);
comment on type notify_private.planned_chunk is 'Whether plan_next() had anything to plan, and the events of a chunk in which one cannot be planned.';

-- It answers with the time to the next look now, no longer with a count.
drop function if exists notify_private.enqueue_due(text);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
