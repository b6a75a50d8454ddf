create or replace function notify_private.test_webhook_event(user_id uuid, endpoint_id uuid) returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  event_id uuid;
begin
  if not exists (
    select from notify.webhook_endpoints as w where w.id = endpoint_id and w.user_id = user_id and w.deactivated_at is null
  ) then
    raise exception 'endpoint_id: %', case
      when exists (select from notify.webhook_endpoints as w where w.id = endpoint_id and w.user_id = user_id)
        then 'this endpoint was given up; register it again'
      else 'there is no such endpoint'
    end using errcode = 'RBNFD', column = 'endpoint_id';
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, only_device_id)
  values ('test_webhook', user_id, 'webhook_endpoint', endpoint_id, endpoint_id)
  returning id into event_id;
  return event_id;
end
$$;
comment on function notify_private.test_webhook_event(uuid, uuid) is 'The event that sends a test to one webhook endpoint of a person.';
