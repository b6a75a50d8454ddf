create or replace function notify_private.erase_next() returns boolean
language plpgsql volatile
-- Definer: the worker may erase nobody but who asked for it. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid;
begin
  select r.user_id into person from notify.erasure_requests as r
  where r.due_at <= clock_timestamp() order by r.due_at limit 1 for update skip locked;
  if person is null then
    return false;
  end if;
  perform notify.erase_person(person, 'person_request', person);
  return true;
exception when sqlstate 'RBUNA' then
  -- A message to them is being sent, or their rows are in use.
  update notify.erasure_requests as r set due_at = clock_timestamp() + interval '1 minute' where r.user_id = person;
  return true;
end
$$;
comment on function notify_private.erase_next() is
  'Erases one person who asked for it and whose day of reflection is over; false where there is nobody. '
  'Who cannot be erased at the moment is tried again a minute later.';
grant execute on function notify_private.erase_next() to rowbell_worker;
