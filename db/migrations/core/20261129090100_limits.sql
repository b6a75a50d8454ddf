-- migrate:up
set local lock_timeout = '5s';

create table notify.limits (
  key text primary key constraint limits_key_is_a_name check (key ~ '^[a-z_]+$'),
  at_most integer not null constraint limits_at_most_is_not_negative check (at_most >= 0),
  per interval constraint limits_per_is_positive check (per > interval '0'),
  noun text not null,
  reason text not null
);
alter table notify.limits enable row level security;
comment on table notify.limits is
  'How much one person may do or have: a row a bound. Operators change at_most with set_limit(); docs/limits.md has the same rows.';
comment on column notify.limits.at_most is 'The bound itself: uses within a window where per says how long that is, else rows at a time.';
comment on column notify.limits.per is 'Length of the window, counted from midnight UTC; null: what there is at a time is bounded, not what is done.';
comment on column notify.limits.noun is 'What is counted, as the error says it: "at most 20 trips a day".';
comment on column notify.limits.reason is 'Why there is a bound, and why this one.';
create policy select_admin on notify.limits for select to rowbell_operator using (true);
grant select on notify.limits to rowbell_operator;

create table notify_private.limit_uses (
  user_id uuid not null references notify.users,
  limit_key text not null references notify.limits,
  window_start timestamptz not null,
  used integer not null,
  primary key (user_id, limit_key, window_start)
);
alter table notify_private.limit_uses enable row level security;
comment on table notify_private.limit_uses is 'How much of a limit a person has used in a window.';
create index limit_uses_limit_key_idx on notify_private.limit_uses (limit_key);

insert into notify.limits (key, at_most, noun, reason) values
  ('devices', 50, 'active devices', 'Nobody carries as many; the oldest goes when one more comes, and a push to all of them stays one chunk''s work');

insert into notify.retention_policies (table_name, reason) values
  ('notify.limits', 'A row a bound'),
  ('notify_private.limit_uses', 'Until their window is over: expire_keys(), hourly');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
