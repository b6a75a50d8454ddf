create or replace function notify_private.write_preference(user_id uuid, type_key text, channels text[], enabled boolean,
  frequency text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  locked constant text := (
    select c.channel
    from notify.notification_types as t cross join unnest(t.locked_channels) as c (channel)
    where t.key = write_preference.type_key and c.channel = any (write_preference.channels)
    order by c.channel limit 1
  );
begin
  if locked is not null and write_preference.enabled is false then
    raise exception 'enabled: % cannot be switched off for this type', locked using errcode = 'RBLCK', column = 'enabled';
  end if;
  if locked is not null and write_preference.frequency <> 'instant' then
    raise exception 'frequency: % comes at once for this type', locked using errcode = 'RBLCK', column = 'frequency';
  end if;
  insert into notify.preferences as p (user_id, type_key, channel, enabled, frequency, source)
  select write_preference.user_id, t.key, c.channel, write_preference.enabled, x.frequency, notify_private.change_source()
  from notify.notification_types as t
  cross join unnest(write_preference.channels) as c (channel)
  cross join lateral (
    select case when write_preference.frequency in ('instant', 'never') or c.channel in ('push',
      'email') then write_preference.frequency end as frequency
  ) as x
  where t.key = write_preference.type_key and c.channel <> all (t.locked_channels) and num_nonnulls(write_preference.enabled,
    x.frequency) > 0
  on conflict (user_id, type_key, channel) do update set
    enabled = coalesce(excluded.enabled, p.enabled), frequency = coalesce(excluded.frequency, p.frequency),
    source = excluded.source, updated_at = pg_catalog.clock_timestamp();
end
$$;
comment on function notify_private.write_preference(uuid, text, text[], boolean, text) is
  'Writes a person''s own choice for a type on some of its channels; what is null stays as it is. Refuses (RBLCK) '
  'to switch off or slow down what operators locked. daily and weekly are written where there are digests.';
