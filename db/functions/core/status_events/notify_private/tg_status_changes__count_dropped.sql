create or replace function notify_private.tg_status_changes__count_dropped() returns trigger
language plpgsql volatile
-- Definer: retention deletes by its own grant.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update notify.status_endpoints as e set dropped_events = e.dropped_events + m.events
  from (
    select p.endpoint_id, sum(cardinality(coalesce(d.delivery_ids, d.recipient_ids))) as events
    from notify_private.status_positions as p join dropped as d on (d.xid, d.id) > (p.after_xid, p.after_id)
    group by p.endpoint_id
  ) as m
  where e.id = m.endpoint_id and e.enabled;
  return null;
end
$$;
comment on function notify_private.tg_status_changes__count_dropped() is
  'Status changes left the backlog: counts them for every endpoint that had not had them yet.';

create or replace trigger _500_count_dropped
  after delete on notify_private.status_changes
  referencing old table as dropped
  for each statement execute function notify_private.tg_status_changes__count_dropped();
