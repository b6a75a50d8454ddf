create or replace function notify_hidden.send_test_email() returns uuid
language plpgsql volatile
-- Definer: people may not make events; this makes one kind, to their own mailbox.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_user();
  mailbox text;
  event_id uuid;
begin
  -- The lock makes the limit exact: two calls at once take turns.
  select u.email into mailbox from notify.users as u where u.id = me for no key update;
  if mailbox is null then
    raise exception 'you have no email address' using errcode = 'RBNFD';
  end if;
  if (
    select pg_catalog.count(*) >= 5 from notify.events as e
    where e.id >= notify_private.uuidv7_floor(pg_catalog.now() - interval '1 minute')
      and e.type_key = 'test_email' and e.actor_id = me and e.created_at > pg_catalog.now() - interval '1 minute'
  ) then
    raise exception 'at most 5 tests a minute' using errcode = 'RBLIM';
  end if;
  select r.event_id into event_id
  from notify.emit_many(array[row('test_email', me, null, null, '{}', null, null)::notify.event_input]) as r;
  return event_id;
end
$$;
comment on function notify_hidden.send_test_email() is
  'Sends a test to the caller''s own mailbox; the event. At most 5 a minute. The mutation testEmail calls it and waits for the verdict.';
grant execute on function notify_hidden.send_test_email() to rowbell_user;
