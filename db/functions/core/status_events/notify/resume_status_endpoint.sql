create or replace function notify.resume_status_endpoint(endpoint_id uuid, note text default null) returns notify.status_endpoints
language plpgsql volatile
-- Definer: nobody has a grant to write this table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  resumed notify.status_endpoints;
begin
  update notify.status_endpoints as e set failing_since = null, pauses = 0, paused_until = null, pause_reason = null
  where e.id = endpoint_id
  returning * into resumed;
  if not found then
    raise exception 'endpoint_id: there is no such endpoint'
      using errcode = 'RBNFD', column = 'endpoint_id', hint = 'select id, url from notify.status_endpoints lists them.';
  end if;
  perform notify_hidden.note_operator_action('resume_status_endpoint', endpoint_id::text, note);
  return resumed;
end
$$;
comment on function notify.resume_status_endpoint(uuid, text) is
  'For services and operators: ends the pause of a status endpoint, when its cause is mended; what waits goes out within a second.';
grant execute on function notify.resume_status_endpoint(uuid, text) to rowbell_operator, rowbell_writer;
