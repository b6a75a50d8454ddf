create or replace function notify.create_status_endpoint(
  url text, kinds text[] default '{delivered,failed,suppressed,opened,clicked,unsubscribed}', type_keys text[] default '{}',
  app_keys text[] default '{}', max_events integer default 100, secret text default null, note text default null
) returns notify.status_endpoint_secret
language plpgsql volatile
-- Definer: nobody has a grant to write these tables, or to read a secret. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  endpoint notify.status_endpoints;
  made text;
begin
  -- One at a time, so that each counts the others.
  perform pg_advisory_xact_lock(hashtext('notify.status_endpoints'));
  endpoint.url := url;
  endpoint.kinds := kinds;
  endpoint.type_keys := type_keys;
  endpoint.app_keys := app_keys;
  endpoint.max_events := max_events;
  perform notify_private.check_status_endpoint(endpoint);
  if (select count(*) from notify.status_endpoints) >= 20 then
    raise exception 'url: there are 20 status endpoints; delete one first' using errcode = 'RBCFL', column = 'url';
  end if;
  insert into notify.status_endpoints (url, kinds, type_keys, app_keys, max_events)
  values (url, kinds, type_keys, app_keys, max_events)
  returning * into endpoint;
  insert into notify_private.status_positions as p (endpoint_id, secret)
  values (endpoint.id, notify_private.given_or_new_secret(secret))
  returning p.secret into made;
  perform notify_hidden.note_operator_action('create_status_endpoint', endpoint.id::text, note);
  return (
    select s::notify.status_endpoint_secret
    from (select endpoint.id as status_endpoint_id, made as secret, null::timestamptz as previous_secret_expires_at) as s
  );
end
$$;
comment on function notify.create_status_endpoint(text, text[], text[], text[], integer, text, text) is $$
@values kinds StatusEventKind
For services and operators: has an address of the calling application told what becomes of notifications from now on,
and returns the secret with which its calls are signed; a new one where none is given. docs/status-events.md.
$$;
grant execute on function notify.create_status_endpoint(text, text[], text[], text[], integer, text, text)
  to rowbell_operator, rowbell_writer;
