create or replace function notify_private.recent_closings() returns table (user_id uuid, seconds_ago double precision)
language sql stable
-- Definer: whoever holds the connections reads no table. The grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select o.target::uuid, extract(epoch from pg_catalog.clock_timestamp() - max(o.acted_at))::double precision
  from notify.operator_actions as o
  where o.kind = 'close_connections' and o.acted_at > now() - interval '1 hour'
    -- Of somebody erased nothing is left to close.
    and exists (select from notify.users as u where u.id::text = o.target)
  group by o.target
$$;
comment on function notify_private.recent_closings() is
  'Whose connections an operator has closed within the last hour, and how long ago: for a process that did not hear the doorbell.';
grant execute on function notify_private.recent_closings() to rowbell_live;
