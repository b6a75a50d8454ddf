create or replace function coaching.call_history() returns setof coaching.delivery_log
language sql stable
-- Definer: the log is nobody's but operators'; this shows the caller their own previews.
security definer set search_path = pg_catalog, pg_temp
as $$
  select * from coaching.delivery_log as l
  where l.user_id = notify_private.require_user() and l.channel <> 'voice'
  order by l.id desc
$$;
comment on function coaching.call_history() is
  E'@order id desc\n@offset\n'
  'CP-42: the previews that were sent to the caller, newest first; page it by first and offset, or by cursors.';
grant execute on function coaching.call_history() to rowbell_user;
