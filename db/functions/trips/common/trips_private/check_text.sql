create or replace function trips_private.check_text(field text, value text, longest integer) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
  if value is null or value !~ '\S' or length(value) > longest then
    raise exception '%: must have 1 to % characters, not all of them blank', field, longest
      using errcode = 'RBINV', column = field;
  end if;
end
$$;
comment on function trips_private.check_text(text, text, integer) is
  'Raises RBINV, naming the field, unless there is something to read and not too much of it.';
