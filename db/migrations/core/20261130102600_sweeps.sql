-- migrate:up
set local lock_timeout = '5s';

-- What packs look for in their own tables from time to time.

create table notify.sweeps (
  key text primary key constraint sweeps_key_is_a_slug check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  pack text not null,
  function text not null constraint sweeps_function_is_qualified check (function ~ '^[a-z_]+\.[a-z0-9_]+$'),
  period interval not null default '1 day'
    constraint sweeps_period_is_sane check (period between interval '1 minute' and interval '7 days'),
  next_run_at timestamptz not null,
  retry_at timestamptz,
  enabled boolean not null default true
);
alter table notify.sweeps enable row level security;
comment on table notify.sweeps is
  'What a pack looks for from time to time because no row announces it (something that starts today). Due is a row: one '
  'that was missed while no worker ran is made up for, once.';
comment on column notify.sweeps.function is
  'Qualified name of "f(run_id uuid, at timestamptz) returns bigint": makes the events, each with {"sweep_run_id": run_id} in its '
  'data, and returns how many subjects it looked at. Set-based, and safe to run again at once.';
comment on column notify.sweeps.period is 'From one run to the next; a day is 24 hours, as in UTC.';
comment on column notify.sweeps.next_run_at is 'When it is due next, in its rhythm.';
comment on column notify.sweeps.retry_at is 'The last run failed and is made up for then; null: it went well.';
create policy select_admin on notify.sweeps for select to rowbell_operator using (true);
create policy update_admin on notify.sweeps for update to rowbell_operator using (true) with check (true);
grant select, update (enabled) on notify.sweeps to rowbell_operator;

create table notify.sweep_runs (
  id uuid primary key default uuidv7(),
  sweep_key text not null references notify.sweeps on delete cascade on update cascade,
  requested_by uuid,
  requested_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  took interval generated always as (finished_at - started_at) stored,
  seen bigint,
  events bigint,
  sent bigint,
  held_back bigint,
  waiting bigint,
  settled_at timestamptz,
  error text,
  constraint sweep_runs_finished_after_started check (finished_at is null or started_at is not null),
  constraint sweep_runs_settled_after_finished check (settled_at is null or finished_at is not null),
  constraint sweep_runs_counted_iff_settled
    check ((settled_at is null) = (events is null) and num_nulls(events, sent, held_back, waiting) in (0, 4))
);
alter table notify.sweep_runs enable row level security;
create index sweep_runs_sweep_key_idx on notify.sweep_runs (sweep_key, id);
-- What still has to be run or counted: one or two.
create index sweep_runs_id_idx on notify.sweep_runs (id) where settled_at is null;
comment on table notify.sweep_runs is
  E'@root\n@paged\n'
  'One run of a sweep: how long it took, what it saw, and, once its events are planned, what became of them.';
comment on column notify.sweep_runs.requested_by is 'The operator who asked for it; null: it was due.';
comment on column notify.sweep_runs.seen is 'Subjects it looked at.';
comment on column notify.sweep_runs.events is 'Events it made. This and the next three are counted when all of them are planned.';
comment on column notify.sweep_runs.sent is 'Candidates that were sent.';
comment on column notify.sweep_runs.held_back is 'Candidates that a rule held back for good.';
comment on column notify.sweep_runs.waiting is 'Candidates that wait: for the end of quiet hours, for a digest.';
create policy select_admin on notify.sweep_runs for select to rowbell_operator using (true);
grant select on notify.sweep_runs to rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
