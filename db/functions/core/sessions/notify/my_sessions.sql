create or replace function notify.my_sessions() returns setof notify.active_session
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select
    s.session_id,
    count(d.id)::integer as device_count,
    max(d.seen_at) as seen_at,
    s.session_id is not distinct from notify_hidden.current_session_id() as is_current
  from (
    select x.session_id from notify.devices as x where x.user_id = notify_hidden.current_user_id() and x.session_id is not null
    union
    select notify_hidden.current_session_id() where notify_hidden.current_session_id() is not null
  ) as s
  left join notify.devices as d on d.session_id = s.session_id and d.user_id = notify_hidden.current_user_id()
  group by s.session_id
$$;
comment on function notify.my_sessions() is
  E'@order session_id\n'
  'The caller''s sessions that are known here: the current one, and those in which a device was registered, until they '
  'end. end_session() ends one. Reads as the caller, whose policies show their own devices.';
grant execute on function notify.my_sessions() to rowbell_user;
