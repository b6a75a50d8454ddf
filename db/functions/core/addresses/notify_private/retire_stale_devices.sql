create or replace function notify_private.retire_stale_devices(run_id uuid, at timestamptz) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  retired bigint;
begin
  update notify.devices as d set deactivated_at = at, deactivation_reason = 'stale'
  where d.id = any (array(
    select x.id from notify.devices as x cross join notify.settings as s
    where x.deactivated_at is null and x.seen_at < at - s.stale_device_after
    -- Who is just registering or in touch is neither waited for nor overruled.
    order by x.id for update of x skip locked
  ));
  get diagnostics retired = row_count;
  return retired;
end
$$;
comment on function notify_private.retire_stale_devices(uuid, timestamptz) is
  'The core''s sweep: deactivates devices without contact for longer than settings.stale_device_after; returns '
  'how many. Read once a day as a whole, which is cheaper than an index that each contact would have to move.';
