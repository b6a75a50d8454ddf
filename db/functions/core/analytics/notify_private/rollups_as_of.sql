create or replace function notify_private.rollups_as_of(since timestamptz, until timestamptz) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select least(pg_catalog.min(m.announced_at), pg_catalog.now())
  from notify_private.dirty_periods as m
  -- A day has its mark at midnight; notifications may have deliveries in any later hour.
  where m.starts_at < until and (m.starts_at >= pg_catalog.date_trunc('day', since, 'UTC') or m.span = 'notifications')
$$;
comment on function notify_private.rollups_as_of(timestamptz, timestamptz) is
  'Up to when all that happened to the deliveries of a time is counted in the '
  'rollups: since when the oldest of what is still to be counted waits, else now.';
