-- migrate:up
set local lock_timeout = '5s';

alter table coaching.calls add column moved_day date, add column moved_time time;
comment on column coaching.calls.moved_day is
  E'@behavior -*\nThe day, by the person''s clock, to which this one call of a schedule was moved by itself; null: it is where its schedule has it. Kept by a trigger alone.';
comment on column coaching.calls.moved_time is E'@behavior -*\nWhat the person''s clock shows there on moved_day.';

-- A service makes, moves and cancels calls. That one has begun, and how it ended, only the engine says: a call that a service
-- had set to in_progress was placed by nobody, and ended as failed.
alter policy update_service on coaching.calls with check (status in ('pending', 'canceled'));

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
