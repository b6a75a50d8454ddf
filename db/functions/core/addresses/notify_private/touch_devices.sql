create or replace function notify_private.touch_devices(user_id uuid, session_id text) returns void
language plpgsql volatile
-- Definer: called by the API for a request whose token it verified, under a role that may touch no table. Its grant is the
-- check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
begin
  update notify.devices as d
  set
    seen_at = pg_catalog.clock_timestamp(),
    deactivated_at = case when d.deactivation_reason = 'stale' then null else d.deactivated_at end,
    deactivation_reason = nullif(d.deactivation_reason, 'stale')
  where d.session_id = session_id and d.user_id = user_id
    and (d.seen_at < pg_catalog.clock_timestamp() - interval '6 hours' or d.deactivation_reason = 'stale');
  if found then
    perform notify_private.deactivate_excess_devices(user_id);
  end if;
end
$$;
comment on function notify_private.touch_devices(uuid, text) is
  'A request of a session: its devices are in use. Writes at most every six hours a '
  'device; one that was thought stale works again, one that its provider refused does not.';
grant execute on function notify_private.touch_devices(uuid, text) to rowbell_http;
