create or replace function notify_private.tg_receipts__add_status_changes() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from notify.status_endpoints as e where e.enabled) then
    return null;
  end if;
  insert into notify_private.status_changes (kind, delivery_ids)
  select n.kind, array_agg(n.delivery_id order by n.delivery_id)
  from (
    select c.kind, c.delivery_id, (row_number() over (partition by c.kind order by c.delivery_id) - 1) / 50 as part
    from changed as c where c.kind in ('opened', 'clicked', 'unsubscribed')
  ) as n
  where exists (select from notify.status_endpoints as e where e.enabled and n.kind = any (e.kinds))
  group by n.kind, n.part
  order by n.kind, n.part;
  return null;
end
$$;
comment on function notify_private.tg_receipts__add_status_changes() is
  'People opened or clicked, or left by the link of a mail: these deliveries join the backlog of status events.';

-- A report is written once and stands (record_receipt).
create or replace trigger _700_add_status_changes_inserted
  after insert on notify.receipts
  referencing new table as changed
  for each statement execute function notify_private.tg_receipts__add_status_changes();
