-- Without settings of its own, so that it is inlined.
create or replace function notify_private.uses_channel(type_key text, category text, channel text) returns boolean
language sql stable
as $$
  select exists (
    select from notify.notification_types as t
    where (t.key operator(pg_catalog.=) uses_channel.type_key
        or uses_channel.type_key is null and (t.category operator(pg_catalog.=) uses_channel.category
          or uses_channel.category operator(pg_catalog.=) 'all'))
      and uses_channel.channel operator(pg_catalog.=) any (t.channels)
  )
$$;
comment on function notify_private.uses_channel(text, text, text) is
  'Whether a type (or, where null, any of a category; all: of any) uses a channel by now. What is noted of others, in case they come, '
  'is not counted as a choice.';
