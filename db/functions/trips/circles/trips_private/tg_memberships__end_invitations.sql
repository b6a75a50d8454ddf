create or replace function trips_private.tg_memberships__end_invitations() returns trigger
language plpgsql volatile
-- Definer: whoever may make members need not be able to change invitations.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from trips.circle_invitations as i
  using inserted as n where i.circle_id = n.circle_id and i.user_id = n.user_id;
  return null;
end
$$;
comment on function trips_private.tg_memberships__end_invitations() is
  'Whoever becomes a member is asked no more, by whichever way they came.';

create or replace trigger _500_end_invitations
  after insert on trips.memberships
  referencing new table as inserted
  for each statement execute function trips_private.tg_memberships__end_invitations();
