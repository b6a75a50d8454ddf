create or replace function notify.update_type_defaults(
  type_key text,
  enabled boolean default null,
  default_channels text[] default null,
  default_frequency text default null,
  locked_channels text[] default null,
  cap_excess text default null,
  attention_channels text[] default null,
  note text default null
) returns notify.notification_types
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  type notify.notification_types;
  wrong text[];
begin
  -- Reads and writes as the caller, whose grants are the check.
  select t.* into type from notify.notification_types as t where t.key = update_type_defaults.type_key for no key update;
  if not found then
    raise exception 'type_key: there is no such notification type' using errcode = 'RBNFD', column = 'type_key';
  end if;
  wrong := case
    when not update_type_defaults.default_channels <@ type.channels
      then array['default_channels', 'this type uses ' || pg_catalog.array_to_string(type.channels, ', ')]
    when update_type_defaults.default_frequency not in ('instant', 'daily', 'weekly', 'never')
      then array['default_frequency', 'must be instant, daily, weekly or never']
    when update_type_defaults.default_frequency in ('daily', 'weekly') and not type.channels && '{push,email}'
      then array['default_frequency', 'there are digests of push and email only, and this uses neither']
    when type.purpose = 'promotional' and update_type_defaults.locked_channels <> '{}'
      then array['locked_channels', 'something promotional cannot be locked']
    when not coalesce(update_type_defaults.locked_channels, type.locked_channels)
        <@ coalesce(update_type_defaults.default_channels, type.default_channels)
      then array['locked_channels', 'must be among default_channels']
    when update_type_defaults.cap_excess not in ('drop', 'defer', 'digest') then array['cap_excess', 'must be drop, defer or digest']
    when not update_type_defaults.attention_channels <@ '{push,email}' then array['attention_channels', 'must be push or email']
    when update_type_defaults.attention_channels <> '{}' and 'in_app' <> all (type.channels)
      then array['attention_channels', 'this type does not go to the inbox']
  end;
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  update notify.notification_types as t set
    enabled = coalesce(update_type_defaults.enabled, t.enabled),
    default_channels = coalesce(update_type_defaults.default_channels, t.default_channels),
    default_frequency = coalesce(update_type_defaults.default_frequency, t.default_frequency),
    locked_channels = coalesce(update_type_defaults.locked_channels, t.locked_channels),
    cap_excess = coalesce(update_type_defaults.cap_excess, t.cap_excess),
    attention_channels = coalesce(update_type_defaults.attention_channels, t.attention_channels)
  where t.key = type.key
  returning t.* into type;
  perform notify_hidden.note_operator_action('update_type_defaults', type.key, update_type_defaults.note,
    pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'enabled', update_type_defaults.enabled, 'defaultChannels', update_type_defaults.default_channels,
      'defaultFrequency', update_type_defaults.default_frequency, 'lockedChannels', update_type_defaults.locked_channels,
      'capExcess', update_type_defaults.cap_excess, 'attentionChannels', update_type_defaults.attention_channels)));
  return type;
end
$$;
comment on function notify.update_type_defaults(text, boolean, text[], text, text[], text, text[], text) is $$
@values cap_excess NotificationTypeCapExcess
For operators: whether a type is in use, what holds for those who chose nothing (default_channels, default_frequency),
what nobody can switch off (locked_channels), what becomes of it beyond the cap (cap_excess: drop, defer, digest), and on
which channels it waits while its person looks at their inbox (attention_channels, push or email; [] for none).
What is not given stays as it is.
$$;
grant execute on function notify.update_type_defaults(text, boolean, text[], text, text[], text, text[], text) to rowbell_operator;
