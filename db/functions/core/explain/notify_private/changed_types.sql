create or replace function notify_private.changed_types(changes jsonb) returns notify.notification_types[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  allowed constant text[] := '{enabled,default_channels,default_frequency,cap_excess,dedupe_window,attention_channels}';
  change record;
  field text;
  type notify.notification_types;
  types notify.notification_types[];
begin
  if pg_catalog.jsonb_typeof(coalesce(changes -> 'types', '{}')) <> 'object' then
    raise exception 'changes.types: must be an object of types' using errcode = 'RBINV';
  end if;
  select pg_catalog.array_agg(t) into types from notify.notification_types as t where not coalesce(changes -> 'types' ? t.key, false);
  for change in select c.key, c.value from pg_catalog.jsonb_each(changes -> 'types') as c loop
    select t.* into type from notify.notification_types as t where t.key = change.key;
    if not found then
      raise exception 'changes.types.%: there is no such notification type', change.key using errcode = 'RBNFD';
    end if;
    if pg_catalog.jsonb_typeof(change.value) <> 'object' then
      raise exception 'changes.types.%: must be an object', change.key using errcode = 'RBINV';
    end if;
    for field in select k from pg_catalog.jsonb_object_keys(change.value) as k loop
      if field <> all (allowed) then
        raise exception 'changes.types.%.%: is not one of %', change.key, field,
          pg_catalog.array_to_string(allowed, ', ') using errcode = 'RBINV';
      end if;
      begin
        type := pg_catalog.jsonb_populate_record(type, pg_catalog.jsonb_build_object(field, change.value -> field));
      exception when data_exception then
        raise exception 'changes.types.%.%: %', change.key, field, sqlerrm using errcode = 'RBINV';
      end;
    end loop;
    field := case
      when type.enabled is null then 'enabled: must be true or false'
      when type.default_channels is null or not type.default_channels <@ type.channels
        then 'default_channels: must be among the type''s channels'
      when coalesce(type.default_frequency, '') not in ('instant', 'daily', 'weekly', 'never')
        then 'default_frequency: must be instant, daily, weekly or never'
      when coalesce(type.cap_excess, '') not in ('drop', 'defer', 'digest') then 'cap_excess: must be drop, defer or digest'
      when type.dedupe_window <= interval '0' then 'dedupe_window: must be positive, or null for as long as keys are kept'
      when not type.attention_channels <@ '{push,email}' then 'attention_channels: must be push or email, or null for what the settings say'
    end;
    if field is not null then
      raise exception 'changes.types.%.%', change.key, field using errcode = 'RBINV';
    end if;
    types := types || type;
  end loop;
  return types;
end
$$;
comment on function notify_private.changed_types(jsonb) is
  'All notification types, with the changes that a back-test is asked for; raises RBINV or RBNFD where those are none.';
