create or replace function notify_private.wrong_actions(actions jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  action jsonb;
  keys text[] := '{}';
begin
  if actions is null then
    return null;
  elsif pg_catalog.jsonb_typeof(actions) <> 'array' then
    return 'must be an array, such as [{"key": "track", "url": "/orders/{orderId}"}]';
  elsif pg_catalog.jsonb_array_length(actions) not between 1 and 4 then
    return 'must be one to four; null stands for none';
  end if;
  for action in select a.value from pg_catalog.jsonb_array_elements(actions) as a loop
    if pg_catalog.jsonb_typeof(action) <> 'object' then
      return 'each must be an object with a key and a url';
    elsif action - 'key' - 'url' <> '{}' then
      return 'each has a key and a url, and nothing else; titles stand in notification_copies.action_titles';
    elsif coalesce(action ->> 'key', '') !~ '^[a-z][a-z0-9_]{0,30}$' then
      return 'each key must be a small letter and up to 30 more of a-z, 0-9 and _';
    elsif action ->> 'key' = any (keys) then
      return pg_catalog.format('the key "%s" stands there twice', action ->> 'key');
    elsif pg_catalog.jsonb_typeof(action -> 'url') not in ('string', 'null')
      or not notify_private.is_link_template(action ->> 'url', false) then
      return pg_catalog.format('the url of "%s" must be a path, an https URL or a deep link of the app', action ->> 'key');
    end if;
    keys := keys || (action ->> 'key');
  end loop;
  return null;
end
$$;
comment on function notify_private.wrong_actions(jsonb) is 'What is wrong with notification_types.actions; null: nothing.';
