create or replace function notify_private.check_days(since date, until date) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
  if not (isfinite(since) and isfinite(until)) then
    raise exception 'since, until: must be days' using errcode = 'RBINV';
  end if;
  if until - since not between 0 and 92 then
    raise exception 'since, until: at most 93 days, since before until' using errcode = 'RBINV';
  end if;
end
$$;
comment on function notify_private.check_days(date, date) is 'Raises RBINV unless operators may ask for these days at once.';
