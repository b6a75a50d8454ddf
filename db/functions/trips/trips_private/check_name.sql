create or replace function trips_private.check_name(name text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if name is null or name !~ '\S' or length(name) > 120 then
    raise exception 'name: must have 1 to 120 characters, not all of them blank' using errcode = 'RBINV';
  end if;
end
$$;
comment on function trips_private.check_name(text) is 'Raises RBINV unless this can be the name of a circle or trip.';
