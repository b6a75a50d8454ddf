create or replace function notify_hidden.uuidv7_floor(instant timestamptz) returns uuid
language sql immutable strict parallel safe
-- Without settings, so that it is inlined.
as $$
  select (pg_catalog.lpad(pg_catalog.to_hex(pg_catalog.floor(extract(epoch from instant) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;
comment on function notify_hidden.uuidv7_floor(timestamptz) is
  'The lowest uuidv7 of an instant (RFC 9562: 48 bits of Unix milliseconds first): the bound of a partition, or of "since".';
grant execute on function notify_hidden.uuidv7_floor(timestamptz) to rowbell_user, rowbell_operator;
