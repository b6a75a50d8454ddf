-- migrate:up
set local lock_timeout = '5s';

-- Sessions that have ended.

-- A token ends with its session, and not when it expires. Not a list of sessions: those are the application's; only those
-- whose tokens may still be about. No foreign key: somebody may have a token before the application has written who they are, and
-- log out again: that session is over, too.
create table notify_private.ended_sessions (
  user_id uuid not null,
  session_id text not null constraint ended_sessions_session_id_is_short check (length(session_id) between 1 and 200),
  ended_at timestamptz not null default clock_timestamp(),
  primary key (user_id, session_id)
);
alter table notify_private.ended_sessions enable row level security;
-- What expire_keys() takes away.
create index ended_sessions_ended_at_idx on notify_private.ended_sessions (ended_at);
comment on table notify_private.ended_sessions is
  'Sessions (claim "sid") that were ended. Their tokens are refused in every transaction, by require_session(), and register no '
  'device; a new log-in has another id.';

create type notify.active_session as (session_id text, device_count integer, seen_at timestamptz, is_current boolean);
comment on type notify.active_session is $$
@nullable seen_at
A session that a person has not ended: how many devices were registered in it, when one of them was last in touch, and
whether it is the one that asks.
$$;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
