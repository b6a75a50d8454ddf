create or replace function notify_private.uuid_hour(id uuid) returns timestamptz
language sql immutable parallel safe
-- Without settings and not strict, so that it is inlined: called for each row that a statement changes.
as $$
  select pg_catalog.date_bin('1 hour', coalesce(
    pg_catalog.uuid_extract_timestamp(id),
    -- No uuidv7, hence not made by us; it lies in this partition all the same.
    pg_catalog.to_timestamp(substring(pg_catalog.uuid_send(id) from 1 for 6)::bigint / 1000.0)
  ), 'epoch')
$$;
comment on function notify_private.uuid_hour(uuid) is 'The hour (UTC) in which a uuidv7 was made.';
