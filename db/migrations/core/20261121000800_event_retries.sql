-- migrate:up
set local lock_timeout = '5s';

alter table notify.events add column retry_at timestamptz;
comment on column notify.events.retry_at is
  'Planning failed and is not tried again before; "infinity" once nothing of it could be delivered any more. Apart from due_at, because expiry counts from that.';

-- What plan() still has to look at, by when; a handful of rows however large the table grows.
drop index notify.events_due_at_idx;
create index events_due_at_idx on notify.events (coalesce(retry_at, due_at)) where planned_at is null and canceled_at is null;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
