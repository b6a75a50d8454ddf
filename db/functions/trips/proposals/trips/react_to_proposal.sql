create or replace function trips.react_to_proposal(trip_id uuid, works boolean) returns trips.proposal_reactions
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_traveled_trip(react_to_proposal.trip_id);
  reaction trips.proposal_reactions;
begin
  if trip.status <> 'proposed' or trip.proposed_window_id is null then
    raise exception 'trip_id: no dates are proposed' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  if react_to_proposal.works is null then
    raise exception 'works: must be true or false' using errcode = 'RBINV', column = 'works';
  end if;
  insert into trips.proposal_reactions as r (date_window_id, user_id, works)
  values (trip.proposed_window_id, me, react_to_proposal.works)
  on conflict (date_window_id, user_id) do update set works = excluded.works, reacted_at = pg_catalog.now()
    where r.works <> excluded.works;
  select * into strict reaction from trips.proposal_reactions as r
  where r.date_window_id = trip.proposed_window_id and r.user_id = me;
  return reaction;
end
$$;
comment on function trips.react_to_proposal(uuid, boolean) is
  'Says whether the proposed dates work for the caller, a traveler; the latest answer holds. Once enough say yes the leader is told.';
grant execute on function trips.react_to_proposal(uuid, boolean) to rowbell_user;
