create or replace function notify_private.is_passing_error(state text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$ select left(state, 2) in ('40', '53', '55', '57', '58', 'XX') $$;
comment on function notify_private.is_passing_error(text) is
  'Whether an error, by its SQLSTATE, is no fault of the copy or of somebody''s values, but of the moment: locks, resources, a shutdown.';
