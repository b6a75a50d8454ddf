-- migrate:up
set local lock_timeout = '5s';

-- Schemas and who may enter them, and the functions that tables below need to exist.

-- What a function may be called by is said at the function. Works only without "in schema".
alter default privileges revoke execute on functions from public;

create schema notify;
comment on schema notify is 'The core, as clients and services see it: users, devices, types, notifications, deliveries.';
grant usage on schema notify to rowbell_anonymous, rowbell_user, rowbell_operator, rowbell_writer;

create schema notify_hidden;
comment on schema notify_hidden is 'Helpers that policies and views call: usable by every role, not part of the API.';
grant usage on schema notify_hidden to rowbell_anonymous, rowbell_user, rowbell_operator, rowbell_writer;

create schema notify_private;
comment on schema notify_private is 'The engine: planning, claiming, recording. Only the worker and the owner come here.';
grant usage on schema notify_private to rowbell_worker, rowbell_http, rowbell_live;

create schema if not exists analytics;
comment on schema analytics is
  'Figures for analysts, SQL alone: counts and sums without a person in them. Documented views, granted one by one.';
grant usage on schema analytics to rowbell_analyst, rowbell_operator;

-- These stand here and not in db/functions because policies, checks and defaults need them to exist, and because nobody should
-- ever have a reason to change them. The two of the identity are inlined wherever a policy asks who it is, hence without a
-- search_path of their own: they name the schema of what they call.
create function notify_hidden.current_user_id() returns uuid
language sql stable parallel safe
as $$ select nullif(pg_catalog.current_setting('rowbell.user_id', true), '')::pg_catalog.uuid $$;
comment on function notify_hidden.current_user_id() is
  'The user on whose behalf this transaction runs (claim "sub" of the verified token); null for services and operators'' jobs.';
grant execute on function notify_hidden.current_user_id() to rowbell_anonymous, rowbell_user, rowbell_operator, rowbell_writer;

create function notify_hidden.current_session_id() returns text
language sql stable parallel safe
as $$ select nullif(pg_catalog.current_setting('rowbell.session_id', true), '') $$;
comment on function notify_hidden.current_session_id() is
  'The session (claim "sid") that this transaction belongs to; null where the token names none.';
grant execute on function notify_hidden.current_session_id() to rowbell_anonymous, rowbell_user, rowbell_operator, rowbell_writer;

-- The others set a search_path. An empty one would still put pg_temp before pg_catalog for types and tables, and whoever may make a
-- temporary domain named "text" would have it called inside these functions.
create function notify_hidden.request_ip() returns inet
language sql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case when pg_catalog.pg_input_is_valid(s.value, 'inet') then s.value::inet end
  from pg_catalog.current_setting('rowbell.ip_address', true) as s (value)
$$;
comment on function notify_hidden.request_ip() is
  'Where this transaction''s request came from, if whoever runs it said so: set_config(''rowbell.ip_address'', …, true). What is no '
  'address is none.';
grant execute on function notify_hidden.request_ip() to rowbell_user, rowbell_operator, rowbell_writer;

create function notify_hidden.request_user_agent() returns text
language sql stable parallel safe set search_path = pg_catalog, pg_temp
as $$ select left(nullif(pg_catalog.current_setting('rowbell.user_agent', true), ''), 1000) $$;
comment on function notify_hidden.request_user_agent() is
  'The program that this transaction''s request came from, if whoever runs it said so: set_config(''rowbell.user_agent'', …, true).';
grant execute on function notify_hidden.request_user_agent() to rowbell_user, rowbell_operator, rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
