create or replace function trips_private.require_led_trip(id uuid) returns trips.trips
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  trip constant trips.trips := trips_private.require_trip(require_led_trip.id);
begin
  if trip.leader_id is distinct from notify_hidden.current_user_id() then
    raise exception 'only the trip''s leader can do that' using errcode = 'RBFBD';
  end if;
  return trip;
end
$$;
comment on function trips_private.require_led_trip(uuid) is
  'A trip that the current user leads, locked until the transaction ends; raises RBNFD or RBFBD.';
