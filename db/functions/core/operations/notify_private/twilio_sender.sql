create or replace function notify_private.twilio_sender(sender_id smallint) returns table (secret_setting text)
language sql stable
-- Definer: the route of callbacks may read no table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select s.secret_setting from notify.senders as s where s.id = twilio_sender.sender_id and s.provider in ('twilio', 'twilio_voice')
$$;
comment on function notify_private.twilio_sender(smallint) is
  'The name of the setting with the token by which a callback to a sender is verified; no row: it is no sender of Twilio''s.';
grant execute on function notify_private.twilio_sender(smallint) to rowbell_http;
