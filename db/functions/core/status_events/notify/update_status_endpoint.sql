create or replace function notify.update_status_endpoint(
  endpoint_id uuid, url text default null, kinds text[] default null, type_keys text[] default null, app_keys text[] default null,
  max_events integer default null, enabled boolean default null, note text default null
) returns notify.status_endpoints
language plpgsql volatile
-- Definer: nobody has a grant to write this table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  endpoint notify.status_endpoints;
  was_enabled boolean;
begin
  select * into endpoint from notify.status_endpoints as e where e.id = endpoint_id for no key update;
  if not found then
    raise exception 'endpoint_id: there is no such endpoint'
      using errcode = 'RBNFD', column = 'endpoint_id', hint = 'select id, url from notify.status_endpoints lists them.';
  end if;
  was_enabled := endpoint.enabled;
  endpoint.url := coalesce(url, endpoint.url);
  endpoint.kinds := coalesce(kinds, endpoint.kinds);
  endpoint.type_keys := coalesce(type_keys, endpoint.type_keys);
  endpoint.app_keys := coalesce(app_keys, endpoint.app_keys);
  endpoint.max_events := coalesce(max_events, endpoint.max_events);
  endpoint.enabled := coalesce(enabled, endpoint.enabled);
  perform notify_private.check_status_endpoint(endpoint);
  update notify.status_endpoints as e
  set
    url = endpoint.url, kinds = endpoint.kinds, type_keys = endpoint.type_keys, app_keys = endpoint.app_keys,
    max_events = endpoint.max_events, enabled = endpoint.enabled, changed_at = clock_timestamp(),
    -- Set anew, it is tried at once.
    failing_since = null, pauses = 0, paused_until = null, pause_reason = null
  where e.id = endpoint_id
  returning * into endpoint;
  if endpoint.enabled and not was_enabled then
    -- What was on its way has a number that nothing else may have.
    update notify_private.status_positions as p
    set
      begins_at = clock_timestamp(), after_xid = pg_snapshot_xmin(pg_current_snapshot()), after_id = 0, batch = p.batch + 1,
      until_xid = null, until_id = null, fixed_at = null, events = null, dropped_events = null, claim_id = null, claimed_until = null
    where p.endpoint_id = endpoint_id;
  end if;
  perform notify_hidden.note_operator_action('update_status_endpoint', endpoint_id::text, note,
    pg_catalog.jsonb_build_object('enabled', endpoint.enabled));
  return endpoint;
end
$$;
comment on function notify.update_status_endpoint(uuid, text, text[], text[], text[], integer, boolean, text) is $$
@values kinds StatusEventKind
For services and operators: changes what is given of a status endpoint; an empty list means all types or apps. Its pause
ends. Disabled, nothing is gathered for it.
$$;
grant execute on function notify.update_status_endpoint(uuid, text, text[], text[], text[], integer, boolean, text)
  to rowbell_operator, rowbell_writer;
