-- migrate:up
set local lock_timeout = '5s';

-- How long rows are kept.

create table notify.retention_policies (
  table_name text primary key constraint retention_policies_table_name_is_qualified check (table_name ~ '^[a-z_]+\.[a-z0-9_]+$'),
  keep interval,
  at_least interval not null default '0' constraint retention_policies_at_least_is_not_negative check (at_least >= interval '0'),
  age_column text,
  needed text constraint retention_policies_needed_is_qualified check (needed ~ '^[a-z_]+\.[a-z0-9_]+$'),
  follows text references notify.retention_policies,
  reason text not null,
  constraint retention_policies_keep_is_enough check (keep >= at_least),
  constraint retention_policies_keep_iff_dropped_or_aged
    check ((keep is not null) = (follows is null and num_nonnulls(age_column, needed) = 1))
);
alter table notify.retention_policies enable row level security;
create index retention_policies_follows_idx on notify.retention_policies (follows);
comment on table notify.retention_policies is
  'How long rows are kept, table by table; every table of ours has a row here, be it to say that and why it has no limit. Operators '
  'change keep with set_retention().';
comment on constraint retention_policies_follows_fkey on notify.retention_policies is E'@fieldName followed\n@foreignFieldName followers';
comment on column notify.retention_policies.keep is 'Rows older than this go; null: they stay, or go as those of the table it follows.';
comment on column notify.retention_policies.at_least is
  'What must not be undercut; for history the longest expiry of any type and settings.retention count as well.';
comment on column notify.retention_policies.age_column is
  'The instant that makes a row old; where it is null the row stays. Null for partitioned tables: their key is time.';
comment on column notify.retention_policies.needed is
  'For partitioned tables: "f(from_id uuid, to_id uuid, kept_since timestamptz) returns setof uuid", the partition keys of a month '
  'that are needed however old. Once out of that set a key never comes back into it: a month is examined without locks.';
comment on column notify.retention_policies.follows is 'Rows go with those of that table.';
comment on column notify.retention_policies.reason is 'Why so long, or why without a limit.';
create policy select_admin on notify.retention_policies for select to rowbell_operator using (true);
grant select on notify.retention_policies to rowbell_operator;

create table notify.retention_runs (
  id uuid primary key default uuidv7(),
  table_name text not null,
  partition_name text,
  action text not null constraint retention_runs_action_is_known check (action in ('dropped', 'rewritten', 'deleted', 'postponed')),
  removed bigint not null,
  kept bigint,
  started_at timestamptz not null,
  finished_at timestamptz not null default clock_timestamp()
);
alter table notify.retention_runs enable row level security;
comment on table notify.retention_runs is
  E'@paged\n'
  'What retention did: a partition dropped, rewritten with the rows still needed, rows deleted; or postponed to the next hour because '
  'somebody used the table.';
create policy select_admin on notify.retention_runs for select to rowbell_operator using (true);
grant select on notify.retention_runs to rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
