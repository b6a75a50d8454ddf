create or replace function notify_private.render_data(template jsonb, variables jsonb) returns jsonb
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select coalesce(pg_catalog.jsonb_object_agg(t.key, notify_private.render(t.value, variables)), '{}'::jsonb)
  from pg_catalog.jsonb_each_text(template) as t
$$;
comment on function notify_private.render_data(jsonb, jsonb) is
  'The same for an object of templates; every value comes out as a string, because FCM takes nothing else.';
