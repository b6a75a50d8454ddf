create or replace function notify_private.candidates_of_person(recipient_id uuid, since timestamptz, until timestamptz,
  types text[], channels text[])
returns table (
  starts_at timestamptz, type_key text, channel text, status text, reason text, sent_at timestamptz, delivered_at timestamptz,
  is_tracked boolean,
  read_at timestamptz, clicked_at timestamptz, is_leavable boolean, unsubscribed_at timestamptz, failed_at timestamptz, retries integer,
  is_recovered boolean, is_app_opened boolean, time_to_deliver interval, time_to_read interval, time_to_click interval
)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select
    notify_private.uuid_hour(f.delivery_id), f.type_key, f.channel, f.status, f.reason, f.sent_at, f.delivered_at, f.is_tracked, f.read_at,
      f.clicked_at,
    f.is_leavable, f.unsubscribed_at, f.failed_at, f.retries, f.is_recovered,
    f.is_app_opened, f.time_to_deliver, f.time_to_read, f.time_to_click
  from notify.delivery_timelines as f
  where f.recipient_id = candidates_of_person.recipient_id and not f.is_test
    and f.delivery_id >= notify_private.uuidv7_floor(candidates_of_person.since)
      and f.delivery_id < notify_private.uuidv7_floor(candidates_of_person.until)
    and (types is null or f.type_key = any (types)) and (channels is null or f.channel = any (channels))
  union all
  select
    notify_private.uuid_hour(c.event_id), e.type_key, c.channel, 'held_back', c.reason, null, null, false, null, null,
    false, null, null, 0, null, null, null, null, null
  from notify.decisions as c join notify.events as e on e.id = c.event_id
  where c.recipient_id = candidates_of_person.recipient_id and c.outcome = 'suppress' and not notify_hidden.is_test_type(e.type_key)
    and c.event_id >= notify_private.uuidv7_floor(candidates_of_person.since)
      and c.event_id < notify_private.uuidv7_floor(candidates_of_person.until)
    and (types is null or e.type_key = any (types)) and (channels is null or c.channel = any (channels))
$$;
comment on function notify_private.candidates_of_person(uuid, timestamptz, timestamptz, text[], text[]) is
  'What refresh_hourly_rollup() counts of everybody, of one person: their deliveries, and with status "held_back" what a rule suppressed.';
