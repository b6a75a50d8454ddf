-- squawk-ignore-file prefer-bigint-over-smallint
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
  stopped_at timestamptz,
  senders smallint[] not null default '{}',
  senders_read_at timestamptz not null default now()
);
alter table notify.workers enable row level security;
comment on table notify.workers is
  E'@paged\n'
  'One worker process and its heartbeat. Silent for 15 s means dead: its claims are released.';
comment on column notify.workers.senders is 'The senders that it has credentials for.';
comment on column notify.workers.senders_read_at is
  'When it last read the options of senders: what it was told before is about those of before.';
create policy select_admin on notify.workers for select to rowbell_operator using (true);
grant select on notify.workers to rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
