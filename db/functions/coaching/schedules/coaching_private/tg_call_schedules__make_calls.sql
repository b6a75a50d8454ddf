create or replace function coaching_private.tg_call_schedules__make_calls() returns trigger
language plpgsql volatile
-- Definer: whoever makes a schedule need not be able to make calls of one.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform coaching_private.make_calls(array(select i.id from inserted as i where i.active));
  return null;
end
$$;
comment on function coaching_private.tg_call_schedules__make_calls() is 'CP-7: the first calls of a new schedule stand at once.';

create or replace trigger _900_make_calls
  after insert on coaching.call_schedules
  referencing new table as inserted
  for each statement execute function coaching_private.tg_call_schedules__make_calls();
