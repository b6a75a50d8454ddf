create or replace function notify_private.asked_days(since date, until date, out first_day date, out last_day date)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  today constant date := (pg_catalog.now() at time zone 'UTC')::date;
begin
  first_day := coalesce(since, today - 6);
  last_day := coalesce(until, today);
  if not (isfinite(first_day) and isfinite(last_day)) then
    raise exception 'since: since and until must be days' using errcode = 'RBINV', column = 'since';
  end if;
  if last_day - first_day not between 0 and 92 then
    raise exception 'since: at most 93 days, since before until' using errcode = 'RBINV', column = 'since';
  end if;
end
$$;
comment on function notify_private.asked_days(date, date) is
  'The days (UTC) that somebody asks for, both included: the last seven unless told. Raises RBINV where they are more than 93.';
