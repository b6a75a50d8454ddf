create or replace function notify_private.trim_status_changes(max_rows integer default 500000) returns bigint
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  floor record;
  part bigint;
  removed bigint;
begin
  select p.after_xid as xid, p.after_id as id into floor
  from notify.status_endpoints as e join notify_private.status_positions as p on p.endpoint_id = e.id
  where e.enabled order by p.after_xid, p.after_id limit 1;
  if found then
    delete from notify_private.status_changes as c where (c.xid, c.id) <= (floor.xid, floor.id);
  else
    delete from notify_private.status_changes;
  end if;
  get diagnostics removed = row_count;
  select c.xid, c.id into floor
  from notify_private.status_changes as c order by c.xid desc, c.id desc offset trim_status_changes.max_rows limit 1;
  if found then
    delete from notify_private.status_changes as c where (c.xid, c.id) <= (floor.xid, floor.id);
    get diagnostics part = row_count;
    removed := removed + part;
  end if;
  return removed;
end
$$;
comment on function notify_private.trim_status_changes(integer) is
  'Forgets status changes that every endpoint is past, and the oldest beyond so many rows; returns how many.';
grant execute on function notify_private.trim_status_changes(integer) to rowbell_worker;
