create or replace function notify_private.uuidv7_floor(instant timestamptz) returns uuid
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$ select notify_hidden.uuidv7_floor(instant) $$;
comment on function notify_private.uuidv7_floor(timestamptz) is 'notify_hidden.uuidv7_floor(), for the engine.';
