-- migrate:up
set local lock_timeout = '5s';

-- The worker processes.

create table notify.workers (
  id uuid primary key default uuidv7(),
  lane text not null,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  stopped_at timestamptz
);
alter table notify.workers enable row level security;
comment on table notify.workers is 'One worker process and its heartbeat. Silent for 15 s means dead: its claims are released.';
create policy select_admin on notify.workers for select to rowbell_operator using (true);
grant select on notify.workers to rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
