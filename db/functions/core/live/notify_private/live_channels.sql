create or replace function notify_private.live_channels() returns table (name text, activity_types text[])
language sql stable
-- Definer: as live_items().
security definer set search_path = pg_catalog, pg_temp
as $$
  select c.name, c.activity_types from notify.live_channels as c where c.pack <> all (notify_hidden.packs_off())
$$;
comment on function notify_private.live_channels() is
  'The channels of packs that are on, with the types of activity that each tells.';
grant execute on function notify_private.live_channels() to rowbell_live;
