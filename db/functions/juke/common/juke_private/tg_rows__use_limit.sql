create or replace function juke_private.tg_rows__use_limit() returns trigger
language plpgsql volatile
-- Definer: whoever may write need not be able to count.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.limited_user();
begin
  if me is not null then
    perform notify_private.use_limit(tg_argv[0], me, (select count(*) from inserted));
  end if;
  return null;
end
$$;
comment on function juke_private.tg_rows__use_limit() is
  'SE-5: rows that a person makes use up a limit of theirs, whichever function they come by. As a trigger, so that no way in is forgotten.';

create or replace trigger _200_use_limit
  after insert on juke.listening_sessions referencing new table as inserted
  for each statement execute function juke_private.tg_rows__use_limit('listening_sessions');
create or replace trigger _200_use_limit
  after insert on juke.invites referencing new table as inserted
  for each statement execute function juke_private.tg_rows__use_limit('listening_invites');
