-- Plain SQL without settings, so that it is inlined into the audiences.
create or replace function trips_private.date_range(start_on date, end_on date, at timestamptz) returns jsonb
language sql immutable
as $$
  select pg_catalog.jsonb_build_object(
    'dates', pg_catalog.jsonb_build_array(start_on, end_on),
    'year', extract(year from start_on) <> extract(year from at at time zone 'UTC'))
$$;
comment on function trips_private.date_range(date, date, timestamptz) is
  'Dates as copy takes them: data, said in each reader''s locale. The year is said unless it is the one in which the event happened.';
