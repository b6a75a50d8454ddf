create or replace function notify_private.changed_settings(changes jsonb) returns notify.settings
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  allowed constant text[] := '{daily_cap,capped_channels,rolling_cap,rolling_window,quiet_hours,quiet_channels,attention_channels,types}';
  wrong text;
  settings notify.settings;
begin
  if pg_catalog.jsonb_typeof(changes) is distinct from 'object' then
    raise exception 'changes: must be an object' using errcode = 'RBINV', column = 'changes';
  end if;
  select k into wrong from pg_catalog.jsonb_object_keys(changes) as k where k <> all (allowed) order by k limit 1;
  if found then
    raise exception 'changes.%: is not one of %', wrong, pg_catalog.array_to_string(allowed, ', ') using errcode = 'RBINV';
  end if;
  select s.* into settings from notify.settings as s;
  for wrong in select k from pg_catalog.jsonb_object_keys(changes - 'types') as k loop
    begin
      settings := pg_catalog.jsonb_populate_record(settings, pg_catalog.jsonb_build_object(wrong, changes -> wrong));
    exception when data_exception or undefined_object then
      raise exception 'changes.%: %', wrong, sqlerrm using errcode = 'RBINV';
    end;
  end loop;
  wrong := case
    when settings.daily_cap is null or settings.daily_cap < 1 then 'daily_cap: must be at least 1'
    when settings.rolling_cap < 1 then 'rolling_cap: must be at least 1, or null for none'
    when settings.rolling_window is null or settings.rolling_window not between interval '1 minute' and interval '7 days'
      then 'rolling_window: must be from 1 minute to 7 days'
    when settings.capped_channels is null or 'in_app' = any (settings.capped_channels) then 'capped_channels: in_app is never counted'
    when settings.quiet_channels is null then 'quiet_channels: must be a list'
    when settings.attention_channels is null or not settings.attention_channels <@ '{push,email}'
      then 'attention_channels: must be push or email'
    when settings.quiet_hours is null or exists (
      select from unnest(settings.quiet_hours) as w
      where w.weekday is null or w.weekday not between 1 and 7 or w.starts_at is null or w.ends_at is null
    ) then 'quiet_hours: must be a list of weekday (1 to 7), starts_at and ends_at'
  end;
  if wrong is not null then
    raise exception 'changes.%', wrong using errcode = 'RBINV';
  end if;
  return settings;
end
$$;
comment on function notify_private.changed_settings(jsonb) is
  'The operators'' settings with the changes that a back-test is asked for; raises RBINV where those are none.';
