create or replace function notify_hidden.send_test_email() returns uuid
language plpgsql volatile
-- Definer: people may not make events; this makes one kind, to their own mailbox.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_user();
  mailbox text;
  event notify.event_input;
  event_id uuid;
begin
  select u.email into mailbox from notify.users as u where u.id = me;
  if mailbox is null then
    raise exception 'you have no email address' using errcode = 'RBNFD';
  end if;
  perform notify_private.use_limit('test_emails', me);
  event.type_key := 'test_email';
  event.actor_id := me;
  select r.event_id into event_id from notify.emit_many(array[event]) as r;
  return event_id;
end
$$;
comment on function notify_hidden.send_test_email() is
  'Sends a test to the caller''s own mailbox; the event. Bounded by the limit '
  'test_emails. The mutation testEmail calls it and waits for the verdict.';
grant execute on function notify_hidden.send_test_email() to rowbell_user;
