create or replace function notify_private.backoff(attempt integer) returns interval
language sql volatile parallel safe set search_path = pg_catalog, pg_temp
as $$
  select least(interval '15 minutes', interval '1 second' * 2 ^ least(attempt, 20)) * (0.5 + random() / 2)
$$;
comment on function notify_private.backoff(integer) is
  'Pause after the nth try: 2 s doubled each time up to 15 min, of which '
  'a random half is taken off so that a crowd does not come back at once.';
