-- Without settings of its own, so that it is inlined.
create or replace function notify_private.all_channels() returns text[]
language sql immutable parallel safe
as $$ select '{push,email,sms,voice,in_app,webhook}'::pg_catalog.text[] $$;
comment on function notify_private.all_channels() is
  'Every channel there is. What a person says of all channels of a type or a category is noted for each of these, so that it holds for '
  'those that a type begins to use later.';
