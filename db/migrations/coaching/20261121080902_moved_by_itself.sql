-- migrate:up
set local lock_timeout = '5s';

-- What a clock shows, wherever the clock is: no instant.
-- squawk-ignore prefer-timestamp-tz
alter table coaching.calls add column moved_to timestamp;
comment on column coaching.calls.moved_to is
  E'@behavior -*\nWhere the person''s clock shows this one call of a schedule since it was moved by itself; null: where its schedule has it. Kept by a trigger alone.';

-- A service makes, moves and cancels calls. That one has begun, and how it ended, only the engine says: a call that a service
-- had set to in_progress was placed by nobody, and ended as failed.
alter policy update_service on coaching.calls with check (status in ('pending', 'canceled'));

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
