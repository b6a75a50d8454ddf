create or replace function notify.resend(delivery_id uuid, note text) returns notify.deliveries
language plpgsql volatile
-- Definer: operators do not write deliveries. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  old notify.deliveries;
  kind notify.notification_types;
  event_id uuid;
  input notify_private.rule_inputs;
  address notify_private.usable_address;
  refusal text;
  made notify.deliveries;
begin
  -- Two at once take turns: the second finds what the first made.
  select * into old from notify.deliveries as d where d.id = delivery_id for no key update;
  if not found then
    raise exception 'delivery_id: there is no such delivery' using errcode = 'RBNFD', column = 'delivery_id';
  end if;
  select n.event_id into event_id from notify.notifications as n where n.id = old.notification_id;
  select k.* into kind
  from notify.notifications as n join notify.notification_types as k on k.key = n.type_key where n.id = old.notification_id;
  select * into input
  from notify_private.rule_inputs(array[notify_private.candidate(
    old.notification_id, event_id, kind.key, old.recipient_id, old.channel, expires_at => at + kind.expires_after)], at);
  -- The device or endpoint that it went to; the mailbox or number that the person has now.
  select a.* into address from unnest(input.addresses) as a where a.device_id is not distinct from old.device_id limit 1;
  refusal := case
    when old.channel = 'in_app' then 'the inbox has it: nothing is sent there'
    when old.status in ('queued', 'sending') or exists (
      select from notify.deliveries as d
      where d.notification_id = old.notification_id and d.channel = old.channel and d.device_id is not distinct from old.device_id
        and d.status in ('queued', 'sending')
    ) then 'it is on its way already'
    when input.recipient_id is null then 'its person or type is gone'
    when not input.type_enabled then 'its type is switched off'
    when not input.relevant then 'what it says no longer holds'
    when input.consent in ('missing', 'withdrawn') then 'the person has not agreed to promotional messages'
    when not input.enabled or input.frequency = 'never' then 'the person does not want it on this channel'
    when address.provider is null then 'its address is gone, or not verified'
    when address.suppression_reason is not null then 'its address is on the suppression list'
    when address.sender_id is null then 'no sender reaches its address'
  end;
  if refusal is not null then
    raise exception 'delivery_id: %', refusal using errcode = 'RBCFL', column = 'delivery_id';
  end if;
  insert into notify.deliveries
    (notification_id, recipient_id, channel, provider, sender_id, lane, device_id, address, sms_form, sms_encoding, sms_segments,
     sms_country, due_at, expires_at, max_attempts, created_at, has_listener, has_relevance_check)
  values
    (old.notification_id, old.recipient_id, old.channel, address.provider, address.sender_id, old.lane, address.device_id,
     case when address.device_id is null then address.address end, old.sms_form, old.sms_encoding, old.sms_segments,
     case when old.channel in ('sms', 'voice') then notify_private.country_of_phone(address.address) end,
     at, at + kind.expires_after, coalesce((kind.channel_attempts ->> old.channel)::integer, kind.max_attempts), at,
     old.has_listener, old.has_relevance_check)
  returning * into made;
  perform notify_private.record_operator_action('resend', delivery_id::text, note,
    pg_catalog.jsonb_build_object('newDeliveryId', made.id));
  return made;
end
$$;
comment on function notify.resend(uuid, text) is
  'For operators: sends a notification once more on the channel of a delivery that is over, as a new delivery, to the same device or '
  'endpoint, or to the mailbox or number that the person has now. Raises RBCFL where it is still on its way, where the address is gone or '
  'suppressed, and where the person or their consent no longer allows it. Caps, quiet hours and dedupe keys are not asked.';
grant execute on function notify.resend(uuid, text) to rowbell_operator;
