create or replace function notify_private.needed_activities(from_id uuid, to_id uuid, kept_since timestamptz) returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp
as $$ select null::uuid where false $$;
comment on function notify_private.needed_activities(uuid, uuid, timestamptz) is 'For retention: no activity is needed beyond its month.';
