create or replace function notify_hidden.uuidv7_floor(instant timestamptz) returns uuid
language sql immutable strict parallel safe
-- Without settings, and of an interval (extract() of an instant is only stable), so that it is inlined.
as $$
  -- What 48 bits cannot say, before 1970 and after 10889, is their first and last: not by greatest() and least(), which are not strict.
  select (pg_catalog.lpad(pg_catalog.to_hex(pg_catalog.numeric_smaller(pg_catalog.numeric_larger(
    pg_catalog.floor(extract(epoch from instant - pg_catalog.timestamptz 'epoch') * 1000), 0), 281474976710655)::bigint), 12, '0')
    || '00000000000000000000')::pg_catalog.uuid
$$;
comment on function notify_hidden.uuidv7_floor(timestamptz) is
  'The lowest uuidv7 of an instant (RFC 9562: 48 bits of Unix milliseconds first): the bound of a partition, or of "since".';
grant execute on function notify_hidden.uuidv7_floor(timestamptz) to rowbell_user, rowbell_operator;
