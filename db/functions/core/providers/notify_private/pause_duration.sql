create or replace function notify_private.pause_duration(pauses integer) returns interval
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select least(interval '5 minutes', interval '5 seconds' * 2 ^ least(pauses, 10))
$$;
comment on function notify_private.pause_duration(integer) is
  'How long a sender or an origin is paused after so many failed probes: 5 s doubled each time up to 5 min.';
