create or replace function coaching_private.check_call_time(scheduled_at timestamptz) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  if scheduled_at is null or scheduled_at < pg_catalog.now() or scheduled_at > pg_catalog.now() + interval '1 year' then
    raise exception 'scheduled_at: must lie ahead, within a year' using errcode = 'RBINV', column = 'scheduled_at';
  end if;
end
$$;
comment on function coaching_private.check_call_time(timestamptz) is 'Raises RBINV unless a call may be set for this instant.';
