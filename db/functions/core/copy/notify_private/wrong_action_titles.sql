create or replace function notify_private.wrong_action_titles(titles jsonb, actions jsonb) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case
    when pg_catalog.jsonb_typeof(titles) <> 'object' then 'must be an object, such as {"track": "Track it"}'
    else coalesce(
      (
        select pg_catalog.format('there is no title for "%s"', a.value ->> 'key')
        from pg_catalog.jsonb_array_elements(actions) with ordinality as a (value, place)
        where not coalesce(titles, '{}') ? (a.value ->> 'key')
        order by a.place limit 1
      ), (
        select pg_catalog.format('the title of "%s" must have 1 to 40 characters', e.key)
        from pg_catalog.jsonb_each(titles) as e
        where pg_catalog.jsonb_typeof(e.value) <> 'string' or length(pg_catalog.btrim(e.value #>> '{}')) not between 1 and 40
        order by e.key limit 1
      ))
  end
$$;
comment on function notify_private.wrong_action_titles(jsonb, jsonb) is
  'What is wrong with notification_copies.action_titles, for these actions of the type; null: nothing.';
