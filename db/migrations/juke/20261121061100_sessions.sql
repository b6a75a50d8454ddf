-- migrate:up
set local lock_timeout = '5s';

create table juke.sessions (
  id text primary key constraint sessions_id_is_short check (length(id) between 1 and 200),
  user_id uuid not null references notify.users on delete cascade,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  end_reason text constraint sessions_end_reason_is_known check (end_reason in ('logged_out', 'revoked')),
  constraint sessions_reason_iff_ended check ((ended_at is null) = (end_reason is null))
);
alter table juke.sessions enable row level security;
create index sessions_user_id_idx on juke.sessions (user_id);
comment on table juke.sessions is
  'Log-ins. The id is the claim "sid" of their tokens, and devices.session_id of what was registered with one. Ending one removes its devices in the same transaction, and none can be registered in it any more.';
comment on column juke.sessions.end_reason is 'logged_out: by the person; revoked: by a service (a stolen phone, a changed password).';
create policy select_own on juke.sessions for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on juke.sessions for select to rowbell_operator using (true);
create policy select_service on juke.sessions for select to rowbell_writer using (true);
create policy insert_service on juke.sessions for insert to rowbell_writer with check (true);
create policy update_service on juke.sessions for update to rowbell_writer using (true) with check (true);
grant select on juke.sessions to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, user_id, started_at) on juke.sessions to rowbell_writer;
grant update (ended_at, end_reason) on juke.sessions to rowbell_writer;
-- People end theirs with log_out().

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
