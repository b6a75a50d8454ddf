-- migrate:up
set local lock_timeout = '5s';

-- What the API's processes say of the connections that they hold.

-- Unlogged: written again every five seconds by whoever lives.
create unlogged table notify_private.live_processes (
  id uuid primary key,
  host text not null,
  pid integer not null,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  people uuid[] not null,
  figures jsonb not null constraint live_processes_figures_are_an_object check (jsonb_typeof(figures) = 'object')
)
with (fillfactor = 50);
alter table notify_private.live_processes enable row level security;
-- Random ids do not get smaller by being compressed.
alter table notify_private.live_processes alter column people set storage external;
comment on table notify_private.live_processes is
  'The processes of the API that hold connections, as each said within the last seconds; one that was not heard of for a minute is gone.';
comment on column notify_private.live_processes.people is 'Whose connections it holds: an entry for each connection.';
comment on column notify_private.live_processes.figures is
  'Subscriptions by field, delays in milliseconds, and counts since the process began: {"subscriptions": {"inboxChanged": 12}, '
  '"lagP50Ms": 2, "lagP99Ms": 15, "frames": 4000, "dropped": 0, "resumed": 31, "reset": 2}.';

create type notify.connection_count as (process_id uuid, host text, connections integer);
comment on type notify.connection_count is 'How many connections of somebody a process of the API holds.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
