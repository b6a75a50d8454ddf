-- Not SQL: a predicate with a subquery is not inlined, and is then begun anew for each person.
create or replace function trips_private.invitation_is_open(event_id uuid, recipient_id uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from notify.events as e
    join trips.circle_invitations as i on i.circle_id = e.subject_id
    where e.id = event_id and i.user_id = recipient_id and i.declined_at is null
  );
end
$$;
comment on function trips_private.invitation_is_open(uuid, uuid) is
  'An invitation matters until the invited answers it, or a service takes it back.';
