create or replace function notify_private.rich_content(
  image_url text, icon_url text, actions jsonb, action_titles jsonb, variables jsonb, locale text
) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select nullif(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'image_url', notify_private.render_link(image_url, variables, true),
    'icon_url', notify_private.render_link(icon_url, variables, true),
    'actions', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'key', a.value ->> 'key',
        'title', notify_private.truncate_at_word(notify_private.render(action_titles ->> (a.value ->> 'key'), variables, locale), 40),
        'url', notify_private.render_link(a.value ->> 'url', variables, false)) order by a.place)
      from pg_catalog.jsonb_array_elements(actions) with ordinality as a (value, place)
    ))), '{}')
$$;
comment on function notify_private.rich_content(text, text, jsonb, jsonb, jsonb, text) is
  'What a notification shows beside its words (notifications.rich_content): the templates of a type and its copy, filled in; null: '
  'nothing.';
