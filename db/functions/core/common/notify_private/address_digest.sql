create or replace function notify_private.address_digest(channel text, address text) returns bytea
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$ select pg_catalog.sha256(pg_catalog.convert_to(channel || ':' || lower(address), 'UTF8')) $$;
comment on function notify_private.address_digest(text, text) is
  'What is kept of an erased person''s address. A number can be found again by trying all numbers: so nobody may read where it is kept.';
