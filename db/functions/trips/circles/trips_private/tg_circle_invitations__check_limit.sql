create or replace function trips_private.tg_circle_invitations__check_limit() returns trigger
language plpgsql volatile
-- Definer: whoever may invite need not be able to count.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if notify_private.limited_user() is not null then
    perform trips_private.check_circle_size(array(select i.circle_id from inserted as i));
  end if;
  return null;
end
$$;
comment on function trips_private.tg_circle_invitations__check_limit() is 'SE-5: how many a circle may ask.';

create or replace trigger _210_check_limit
  after insert on trips.circle_invitations
  referencing new table as inserted
  for each statement execute function trips_private.tg_circle_invitations__check_limit();
