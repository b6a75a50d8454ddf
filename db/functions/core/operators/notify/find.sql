create or replace function notify.find(text text) returns setof notify.search_result
language plpgsql stable
-- Definer: a token finds its device, and nobody may read tokens. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
-- By index alone, whatever the statistics say: each look-up below has one.
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  asked constant text := pg_catalog.btrim(find.text);
  as_id constant uuid := case when pg_catalog.pg_input_is_valid(asked, 'uuid') then asked end;
  as_email constant text := case when asked ~ '@' then pg_catalog.lower(notify_hidden.spell_mailbox(asked)) end;
  as_phone constant text := notify_hidden.phone_in(asked);
begin
  if coalesce(length(asked), 0) not between 1 and 2000 then
    raise exception 'text: must have 1 to 2000 characters' using errcode = 'RBINV', column = 'text';
  end if;
  return query
  select distinct on (r.kind, r.id) r.kind, r.id, r.matched, r.user_id
  from (
    select 'person' as kind, u.id, 'id' as matched, u.id as user_id from notify.users as u where u.id = as_id
    union all
    select 'person', u.id, 'external_id', u.id from notify.users as u where u.external_id = asked
    union all
    (select 'person', u.id, 'email', u.id from notify.users as u
      where u.email is not null and pg_catalog.lower(u.email) = as_email limit 20)
    union all
    (select 'person', u.id, 'phone', u.id from notify.users as u where u.phone = as_phone limit 20)
    union all
    select 'device', d.id, 'id', d.user_id from notify.devices as d where d.id = as_id
    union all
    select 'device', d.id, 'token', d.user_id from notify.devices as d
    where d.provider = any ('{apns,fcm,web_push}') and d.token = notify_private.normalize_address('push', asked)
    union all
    select 'webhook_endpoint', w.id, 'id', w.user_id from notify.webhook_endpoints as w where w.id = as_id
    union all
    (select 'webhook_endpoint', w.id, 'url', w.user_id from notify.webhook_endpoints as w where w.url = asked limit 20)
    union all
    select 'notification', n.id, 'id', n.recipient_id from notify.notifications as n where n.id = as_id
    union all
    select 'event', e.id, 'id', null from notify.events as e where e.id = as_id
    union all
    select 'delivery', d.id, 'id', d.recipient_id from notify.deliveries as d where d.id = as_id
    union all
    (select 'delivery', d.id, 'address', d.recipient_id from notify.deliveries as d
      where d.address = coalesce(as_email, as_phone) and d.channel <> 'in_app' order by d.id desc limit 20)
    union all
    (select 'delivery', d.id, 'provider_message_id', d.recipient_id
      from notify.delivery_attempts as a join notify.deliveries as d on d.id = a.delivery_id
      where a.provider_message_id = asked limit 20)
  ) as r
  order by r.kind, r.id, r.matched;
end
$$;
comment on function notify.find(text) is $$
@order kind, id
For operators, one box for all: a person by id, external id, email or phone; a device by id or token; a webhook endpoint by
id or URL; a notification, delivery or event by id; deliveries by address (the newest 20) or by the provider's id. Matches
are whole, by index alone.
$$;
grant execute on function notify.find(text) to rowbell_operator;
