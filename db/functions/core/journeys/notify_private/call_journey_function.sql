create or replace function notify_private.call_journey_function(function_name text, user_id uuid, subject_id uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  answer jsonb;
begin
  if function_name is not null then
    execute pg_catalog.format('select pg_catalog.to_jsonb(%s($1, $2))',
      pg_catalog.regexp_replace(function_name, '^(.+)\.(.+)$', '"\1"."\2"'))
    into answer using user_id, subject_id;
  end if;
  return answer;
end
$$;
comment on function notify_private.call_journey_function(text, uuid, uuid) is
  'What a journey''s progress or condition function says of a person and a subject; null where there is none. Raises what it raises.';
