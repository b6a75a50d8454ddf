-- migrate:up
set local lock_timeout = '5s';

-- How much one person may do or have.

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
comment on column notify.limits.per is
  'Length of the window, which begins with a person''s first use; null: what there is at a time is bounded, not what is done.';
comment on column notify.limits.noun is 'What is counted, as the error says it: "at most 20 orders a day".';
comment on column notify.limits.reason is 'Why there is a bound, and why this one.';
create policy select_admin on notify.limits for select to rowbell_operator using (true);
grant select on notify.limits to rowbell_operator;

-- A window begins with its first use: one row a person and limit, and nobody finds a fresh window at the turn of a minute.
create table notify_private.limit_uses (
  user_id uuid not null references notify.users on delete cascade,
  limit_key text not null references notify.limits,
  window_start timestamptz not null,
  used integer not null,
  primary key (user_id, limit_key)
);
alter table notify_private.limit_uses enable row level security;
-- Who has reached a bound (metrics()); also the foreign key's index.
create index limit_uses_limit_key_used_idx on notify_private.limit_uses (limit_key, used);
comment on table notify_private.limit_uses is 'How much of a limit a person has used in the window that they are in.';
comment on column notify_private.limit_uses.window_start is 'When the first use of the window was; it is over after limits.per.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
