create or replace function juke_private.tg_invites__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may invite need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from inserted) then
    perform juke_private.tell_invites(array(select i.id from inserted as i));
  end if;
  return null;
end
$$;
comment on function juke_private.tg_invites__tell() is 'JK-3: whoever is invited hears of it.';

create or replace trigger _900_tell
  after insert on juke.invites
  referencing new table as inserted
  for each statement execute function juke_private.tg_invites__tell();
