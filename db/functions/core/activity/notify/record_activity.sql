create or replace function notify.record_activity(
  user_id uuid, type text, action text, title text,
  status text default 'completed', description text default null, resource_type text default null, resource_id text default null,
  metadata jsonb default '{}', ip_address inet default null, user_agent text default null
) returns notify.activities
language plpgsql volatile
-- Definer: there is no insert grant, so that entries come from triggers and from here.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  recorded notify.activities;
begin
  -- Held until the end of this transaction, so that an erasure at the same time leaves nothing behind.
  perform from notify.users as u where u.id = user_id for key share;
  if not found then
    raise exception 'user_id: there is no such person' using errcode = 'RBNFD', column = 'user_id',
      hint = notify_private.service_hint('user_id');
  end if;
  insert into notify.activities as a (user_id, type, resource_type, resource_id, action, status, title, description,
    metadata, ip_address, user_agent)
  values (
    user_id, type, resource_type, resource_id, action, coalesce(status, 'completed'), title, description, coalesce(metadata, '{}'),
    coalesce(ip_address, notify_hidden.request_ip()), coalesce(user_agent, notify_hidden.request_user_agent()))
  returning a.* into recorded;
  return recorded;
end
$$;
comment on function notify.record_activity(uuid, text, text, text, text, text, text, text, jsonb, inet, text) is
  'For services: an entry in a person''s activity that no trigger makes. Where ip_address and '
  'user_agent are not given, the transaction''s settings rowbell.ip_address and rowbell.user_agent hold.';
grant execute on function notify.record_activity(uuid, text, text, text, text, text, text, text, jsonb, inet, text) to rowbell_writer;
