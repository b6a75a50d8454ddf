create or replace function notify_private.tg_deliveries__add_status_changes() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  -- All that an installation without endpoints pays.
  if not exists (select from notify.status_endpoints as e where e.enabled) then
    return null;
  end if;
  if tg_op = 'INSERT' then
    insert into notify_private.status_changes (kind, reason, delivery_ids)
    select n.kind, n.reason, array_agg(n.id order by n.id)
    from (
      select c.id, c.reason, s.kind, (row_number() over (partition by s.kind, c.reason order by c.id) - 1) / 50 as part
      from changed as c join notify_private.status_kinds() as s on s.status = c.status
    ) as n
    where exists (select from notify.status_endpoints as e where e.enabled and n.kind = any (e.kinds))
    group by n.kind, n.reason, n.part
    order by n.kind, n.reason, n.part;
  else
    insert into notify_private.status_changes (kind, reason, delivery_ids)
    select n.kind, n.reason, array_agg(n.id order by n.id)
    from (
      select c.id, c.reason, s.kind, (row_number() over (partition by s.kind, c.reason order by c.id) - 1) / 50 as part
      from changed as c
      join notify_private.status_kinds() as s on s.status = c.status
      join outdated as o on o.id = c.id
      where o.status <> c.status
    ) as n
    where exists (select from notify.status_endpoints as e where e.enabled and n.kind = any (e.kinds))
    group by n.kind, n.reason, n.part
    order by n.kind, n.reason, n.part;
  end if;
  return null;
end
$$;
comment on function notify_private.tg_deliveries__add_status_changes() is
  'Deliveries came to a status that is told to endpoints: their ids join the backlog of status events.';

create or replace trigger _700_add_status_changes_inserted
  after insert on notify.deliveries
  referencing new table as changed
  for each statement execute function notify_private.tg_deliveries__add_status_changes();
-- The old rows are kept for _500_refund already; they cost nothing more.
create or replace trigger _700_add_status_changes_updated
  after update on notify.deliveries
  referencing old table as outdated new table as changed
  for each statement execute function notify_private.tg_deliveries__add_status_changes();
