create or replace function notify.delete_status_endpoint(endpoint_id uuid, note text default null) returns boolean
language plpgsql volatile
-- Definer: nobody has a grant to write this table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
begin
  delete from notify.status_endpoints as e where e.id = endpoint_id;
  if not found then
    return false;
  end if;
  perform notify_hidden.note_operator_action('delete_status_endpoint', endpoint_id::text, note);
  return true;
end
$$;
comment on function notify.delete_status_endpoint(uuid, text) is
  'For services and operators: nothing is sent to a status endpoint any more, what waits for it neither. False: there is none.';
grant execute on function notify.delete_status_endpoint(uuid, text) to rowbell_operator, rowbell_writer;
