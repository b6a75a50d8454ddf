-- migrate:up
set local lock_timeout = '5s';

-- What all of the pack's types have in common stands once; a type adds what is its own. "30d" in the catalog is bound to
-- the retention of events, which a null dedupe window means (TR-G11).
with product (name) as (values ('Rowbell Trips')),
catalog (key, priority, audience, dedupe_key, dedupe_window, overlay, body) as (
  values
    ('trip_created_notify', 'P0', 'trips_private.trip_created_notify_audience',
     'trip_created:{tripId}:{userId}', null::interval, null,
     '{CreatorName} started planning this trip — take a look when you''re ready.'),
    ('trip_canceled', 'P0', 'trips_private.trip_canceled_audience',
     'trip_canceled:{tripId}:{userId}', null, null,
     '{LeaderName} canceled this trip.'),
    ('first_dates_suggested', 'P0', 'trips_private.first_dates_suggested_audience',
     'first_dates:{tripId}:{userId}', null, 'scheduling',
     'Date ideas are rolling in. Add yours when you''re ready!'),
    ('window_supported_author', 'P1', 'trips_private.window_supported_author_audience',
     'window_supported:{windowId}:{authorUserId}', interval '2 hours', 'scheduling',
     '{SupporterName} likes your dates — gaining traction!')
),
type as (
  insert into notify.notification_types
    (key, pack, category, priority, channels, default_channels, audience, dedupe_key, dedupe_window,
     data_template, thread_template, tag, sound, urgency, expires_after)
  select
    c.key, 'trips', 'trips', c.priority, '{push}', '{push}', c.audience, c.dedupe_key, c.dedupe_window,
    jsonb_strip_nulls(jsonb_build_object('tripId', '{tripId}', 'overlay', c.overlay)), '{tripId}', p.name, 'default', 'high', '30 days'
  from catalog as c cross join product as p
  returning key
)
insert into notify.notification_copies (type_key, locale, title, subtitle, body)
select type.key, 'en', '{TripName}', p.name, c.body
from type join catalog as c on c.key = type.key cross join product as p;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
