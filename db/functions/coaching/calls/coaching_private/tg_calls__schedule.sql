create or replace function coaching_private.tg_calls__schedule() returns trigger
language plpgsql volatile
-- Definer: whoever may make a call need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from inserted as i where i.status = 'pending') then
    return null;
  end if;
  -- A preview ends with the beginning of its call, also where it waits at a provider for a phone that is off.
  insert into notify.events (type_key, subject_type, subject_id, due_at, expires_after)
  select w.type_key, 'coaching_call', i.id, w.due_at, nullif(i.scheduled_at - w.due_at, interval '0')
  from inserted as i
  cross join lateral (values ('coaching_preview', i.preview_due_at), ('coaching_call', i.scheduled_at)) as w (type_key, due_at)
  where i.status = 'pending' and w.due_at is not null
  order by w.due_at;
  return null;
end
$$;
comment on function coaching_private.tg_calls__schedule() is 'CP-1: a new call schedules two events, its preview and itself.';

create or replace trigger _900_schedule
  after insert on coaching.calls
  referencing new table as inserted
  for each statement execute function coaching_private.tg_calls__schedule();
