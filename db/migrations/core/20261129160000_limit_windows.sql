-- migrate:up
-- squawk-ignore-file ban-drop-table
set local lock_timeout = '5s';

-- A window begins with its first use: one row a person and limit, and nobody finds a fresh window at the turn of a minute.
-- Made anew, which is quicker than changing it: it holds no more than what people did today.
drop table notify_private.limit_uses;
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
comment on column notify.limits.per is 'Length of the window, which begins with a person''s first use; null: what there is at a time is bounded, not what is done.';

insert into notify.limits (key, at_most, per, noun, reason) values
  ('test_pushes', 5, interval '1 minute', 'test pushes', 'Somebody tries whether their phone rings; each try is a push to every device'),
  ('test_emails', 5, interval '1 minute', 'test mails', 'As test pushes: nobody''s mail server is flooded from here'),
  ('email_verifications', 3, interval '1 hour', 'verification mails', 'The mailbox may be a stranger''s until it is verified');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
