-- migrate:up
set local lock_timeout = '5s';

-- Log-in sessions, sessions of listening together, and what people listened to.

create table juke.sessions (
  id text primary key constraint sessions_id_is_short check (length(id) between 1 and 200),
  user_id uuid not null references notify.users on delete cascade,
  started_at timestamptz not null default now() constraint sessions_started_at_is_an_instant check (isfinite(started_at)),
  ended_at timestamptz,
  end_reason text constraint sessions_end_reason_is_known check (end_reason in ('logged_out', 'revoked')),
  constraint sessions_reason_iff_ended check ((ended_at is null) = (end_reason is null))
);
alter table juke.sessions enable row level security;
create index sessions_user_id_idx on juke.sessions (user_id);
comment on table juke.sessions is
  E'@order started_at desc, id desc\n'
  'Log-ins. The id is the claim "sid" of their tokens, and devices.session_id of what was registered with one. Ending one removes '
  'its devices in the same transaction, and none can be registered in it any more.';
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

create table juke.listening_sessions (
  id uuid primary key default uuidv7(),
  host_id uuid not null references notify.users on delete cascade,
  name text not null constraint listening_sessions_name_is_readable check (length(name) <= 80 and name ~ '\S'),
  started_at timestamptz not null default now() constraint listening_sessions_started_at_is_an_instant check (isfinite(started_at)),
  ended_at timestamptz
);
alter table juke.listening_sessions enable row level security;
create index listening_sessions_host_id_idx on juke.listening_sessions (host_id);
comment on table juke.listening_sessions is
  E'@order id desc\n'
  'Music that a host plays and others listen to along with them. Ending it withdraws the invites that nobody answered.';
create policy select_hosted on juke.listening_sessions for select to rowbell_user
  using (host_id = (select notify_hidden.current_user_id()));
create policy select_admin on juke.listening_sessions for select to rowbell_operator using (true);
create policy select_service on juke.listening_sessions for select to rowbell_writer using (true);
create policy insert_service on juke.listening_sessions for insert to rowbell_writer with check (true);
create policy update_service on juke.listening_sessions for update to rowbell_writer using (true) with check (true);
grant select on juke.listening_sessions to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, host_id, name, started_at) on juke.listening_sessions to rowbell_writer;
grant update (name, ended_at) on juke.listening_sessions to rowbell_writer;
-- Who is invited sees it as well: the policy stands with invites, which it asks.

create table juke.listens (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  sitting_key text not null constraint listens_sitting_key_is_short check (length(sitting_key) between 1 and 100),
  artist text not null constraint listens_artist_is_short check (length(artist) between 1 and 200),
  track text not null constraint listens_track_is_short check (length(track) between 1 and 200),
  seconds integer not null constraint listens_seconds_are_sane check (seconds between 1 and 86400),
  listened_at timestamptz not null default now() constraint listens_listened_at_is_an_instant check (isfinite(listened_at))
);
alter table juke.listens enable row level security;
-- The recap reads one person's week; also the foreign key's index.
create index listens_user_id_listened_at_idx on juke.listens (user_id, listened_at);
-- For retention: rows come in the order of their time, so a summary of blocks is enough, and costs an insert next to nothing.
create index listens_listened_at_idx on juke.listens using brin (listened_at);
comment on table juke.listens is
  E'@order id desc\n'
  'What somebody played, as the player reports it.';
comment on column juke.listens.sitting_key is 'The player''s own key of what was played in one go, alone or along with others.';
comment on column juke.listens.seconds is 'How much of the track was heard.';
comment on column juke.listens.listened_at is 'When it began; the local week of the person it counts for.';
create policy select_own on juke.listens for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_service on juke.listens for select to rowbell_writer using (true);
create policy insert_service on juke.listens for insert to rowbell_writer with check (true);
grant select on juke.listens to rowbell_user, rowbell_writer;
grant insert (id, user_id, sitting_key, artist, track, seconds, listened_at) on juke.listens to rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
