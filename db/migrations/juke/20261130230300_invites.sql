-- migrate:up
set local lock_timeout = '5s';

-- Invites to listen along.

create table juke.invites (
  id uuid primary key default uuidv7(),
  listening_session_id uuid not null references juke.listening_sessions on delete cascade,
  -- No foreign key: an id that nobody has is invited like any other and never answers, so that inviting tells nothing of it.
  invitee_id uuid not null,
  status text not null default 'pending'
    constraint invites_status_is_known check (status in ('pending', 'accepted', 'declined', 'withdrawn')),
  times_asked integer not null default 1,
  expires_at timestamptz not null default now() + interval '6 hours'
    constraint invites_expires_at_is_an_instant check (isfinite(expires_at)),
  answered_at timestamptz,
  created_at timestamptz not null default now(),
  constraint invites_expires_later check (expires_at > created_at),
  constraint invites_answered_at_iff_answered check ((answered_at is null) = (status = 'pending')),
  constraint invites_listening_session_id_invitee_id_key unique (listening_session_id, invitee_id)
);
alter table juke.invites enable row level security;
create index invites_invitee_id_idx on juke.invites (invitee_id);
comment on table juke.invites is
  E'@root\n@order id desc\n'
  '@foreignKey (invitee_id) references notify.users (id)\nSomebody is asked to listen along: once a session and person. Inserting '
  'it tells the invitee by push, email and inbox; one that is answered, withdrawn or past its time sends nothing any more.';
comment on column juke.invites.invitee_id is 'Who is asked; perhaps nobody, for invite_listeners() answers alike.';
comment on column juke.invites.status is
  'pending, accepted or declined by the invitee, withdrawn by the host. A withdrawn one may become pending again, and then tells '
  'anew.';
comment on column juke.invites.times_asked is
  'How often, each within an hour of the time before: who is invited, taken back and invited again is told each time, and counts '
  'each time for the limits.';
comment on column juke.invites.expires_at is 'Until then it can be accepted, and its messages matter.';
comment on column juke.invites.answered_at is 'When it was accepted, declined or withdrawn.';

create function juke_private.my_hosted_session_ids() returns setof uuid
language sql stable
-- Definer: it reads a table whose policies ask it. It only tells callers about themselves.
security definer set search_path = pg_catalog, pg_temp
as $$
  select s.id from juke.listening_sessions as s where s.host_id = (select notify_hidden.current_user_id())
$$;
comment on function juke_private.my_hosted_session_ids() is 'The listening sessions that the current user hosts.';
grant execute on function juke_private.my_hosted_session_ids() to rowbell_user;

create function juke_private.my_invited_session_ids() returns setof uuid
language sql stable
-- Definer: it reads a table whose policies ask it. It only tells callers about themselves.
security definer set search_path = pg_catalog, pg_temp
as $$
  select i.listening_session_id from juke.invites as i
  where i.invitee_id = (select notify_hidden.current_user_id()) and i.status <> 'withdrawn'
$$;
comment on function juke_private.my_invited_session_ids() is 'The listening sessions that the current user is, or was, invited to.';
grant execute on function juke_private.my_invited_session_ids() to rowbell_user;

create policy select_own on juke.invites for select to rowbell_user using (invitee_id = (select notify_hidden.current_user_id()));
create policy select_hosted on juke.invites for select to rowbell_user
  using (listening_session_id = any (array(select juke_private.my_hosted_session_ids())));
create policy select_admin on juke.invites for select to rowbell_operator using (true);
create policy select_service on juke.invites for select to rowbell_writer using (true);
create policy insert_service on juke.invites for insert to rowbell_writer with check (true);
create policy update_service on juke.invites for update to rowbell_writer using (true) with check (true);
grant select on juke.invites to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, listening_session_id, invitee_id, expires_at) on juke.invites to rowbell_writer;
grant update (status, answered_at) on juke.invites to rowbell_writer;
-- People have no grant to write here: start_listening_session(), invite_listeners(), answer_invite() and the like say who may what.

create policy select_invited on juke.listening_sessions for select to rowbell_user
  using (id = any (array(select juke_private.my_invited_session_ids())));

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
