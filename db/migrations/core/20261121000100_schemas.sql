-- migrate:up
set local lock_timeout = '5s';

-- What a function may be called by is said at the function. Works only without "in schema".
alter default privileges revoke execute on functions from public;

create schema notify;
comment on schema notify is 'The core, as clients and services see it: users, devices, types, notifications, deliveries.';
create schema notify_hidden;
comment on schema notify_hidden is 'Helpers that policies and views call: usable by every role, not part of the API.';
create schema notify_private;
comment on schema notify_private is 'The engine: planning, claiming, recording. Only the worker and the owner come here.';

grant usage on schema notify to rowbell_anonymous, rowbell_user, rowbell_operator, rowbell_writer;
grant usage on schema notify_hidden to rowbell_anonymous, rowbell_user, rowbell_operator, rowbell_writer;
grant usage on schema notify_private to rowbell_worker, rowbell_http;

-- Identity helpers stand here and not in db/functions because policies need them to exist, and because nobody should
-- ever have a reason to change them: plain SQL without settings of its own, so that the planner inlines it.
create function notify_hidden.current_user_id() returns uuid
language sql stable parallel safe
as $$ select nullif(pg_catalog.current_setting('rowbell.user_id', true), '')::uuid $$;
comment on function notify_hidden.current_user_id() is
  'The user on whose behalf this transaction runs (claim "sub" of the verified token); null for services and operators'' jobs.';
grant execute on function notify_hidden.current_user_id() to rowbell_anonymous, rowbell_user, rowbell_operator, rowbell_writer;

create function notify_hidden.current_session_id() returns text
language sql stable parallel safe
as $$ select nullif(pg_catalog.current_setting('rowbell.session_id', true), '') $$;
comment on function notify_hidden.current_session_id() is 'The session (claim "sid") that this transaction belongs to; null where the token names none.';
grant execute on function notify_hidden.current_session_id() to rowbell_anonymous, rowbell_user, rowbell_operator, rowbell_writer;

create function notify_hidden.is_time_zone(name text) returns boolean
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
  perform pg_catalog.timezone(name, '2000-01-01 00:00:00+00'::timestamptz);
  return name ~ '^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$';
exception when invalid_parameter_value then
  return false;
end
$$;
comment on function notify_hidden.is_time_zone(text) is
  'Whether PostgreSQL knows this IANA time zone. Declared immutable so that a check may call it: zones are added, hardly ever removed. POSIX specifications ("UTC+3") are refused: their sign is the opposite of what people expect.';
grant execute on function notify_hidden.is_time_zone(text) to rowbell_user, rowbell_operator, rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
