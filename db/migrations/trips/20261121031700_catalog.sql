-- migrate:up
-- The columns are new and hold nothing yet, so checking them and indexing trips takes a moment.
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation, disallowed-unique-constraint
set local lock_timeout = '5s';

create type trips_private.leaving as (trip_id uuid, user_id uuid);
comment on type trips_private.leaving is 'Somebody leaves a trip, or a circle and with it the trip.';
create type trips_private.nudge as (type_key text, trip_id uuid, data jsonb);
comment on type trips_private.nudge is 'A leader is to be told that it is time for something, with what the copy says of it.';

-- The rest of the catalog: what is switched on, then the second wave, which is switched on by its "enabled". As before,
-- "30d", "per proposal", "per version" and "each unique" are a null window: as long as events are kept (TR-G11).
with product (name) as (values ('Rowbell Trips')),
catalog (key, priority, audience, dedupe_key, dedupe_window, overlay, enabled) as (
  values
    ('dates_proposed_by_leader', 'P0', 'trips_private.travelers_but_leader_audience', 'dates_proposed:{tripId}:{windowId}',
     null::interval, 'scheduling', true),
    ('leader_can_lock_dates', 'P0', 'trips_private.leader_audience', 'leader_lock:{tripId}',
     '72 hours', 'scheduling', true),
    ('dates_locked', 'P0', 'trips_private.dates_locked_audience', 'dates_locked:{tripId}',
     null, 'itinerary', true),
    ('itinerary_generated', 'P0', 'trips_private.itinerary_generated_audience', 'itinerary_generated:{tripId}:v{version}',
     null, 'itinerary', true),
    ('join_request_received', 'P0', 'trips_private.leader_audience', 'join_request:{tripId}:{requesterId}',
     '24 hours', 'travelers', true),
    ('leader_ready_to_propose', 'P1', 'trips_private.leader_audience', 'leader_propose:{tripId}',
     '72 hours', 'scheduling', true),
    ('join_request_approved', 'P1', 'trips_private.join_request_approved_audience', 'join_approved:{tripId}:{requesterId}',
     null, null, true),
    ('expense_added', 'P1', 'trips_private.expense_added_audience', 'expense_added:{tripId}:{expenseId}',
     null, 'expenses', true),
    ('accommodation_selected', 'P1', 'trips_private.travelers_audience', 'accommodation_selected:{tripId}',
     null, 'accommodation', true),
    ('first_idea_contributed', 'P1', 'trips_private.travelers_but_actor_audience', 'first_idea:{tripId}:{userId}',
     null, 'itinerary', true),
    ('prep_reminder_7d', 'P1', 'trips_private.travelers_audience', 'prep_7d:{tripId}:{userId}',
     null, 'prep', true),
    ('trip_started', 'P1', 'trips_private.travelers_audience', 'trip_started:{tripId}:{userId}',
     null, null, true),
    ('leader_transferred', 'P1', 'trips_private.leader_transferred_audience', 'leader_transferred:{tripId}:{newLeaderId}',
     null, null, true),
    ('collecting_momentum_reminder', 'P1', 'trips_private.collecting_momentum_reminder_audience', 'collecting_momentum:{tripId}:{userId}',
     null, 'scheduling', false),
    ('trip_completed_recap', 'P1', 'trips_private.travelers_audience', 'trip_completed:{tripId}:{userId}',
     null, null, false),
    ('traveler_left', 'P1', 'trips_private.leader_audience', 'traveler_left:{tripId}:{leaverId}',
     '24 hours', 'travelers', false),
    ('prep_reminder_3d', 'P1', 'trips_private.travelers_audience', 'prep_3d:{tripId}:{userId}',
     null, 'prep', false),
    ('join_request_rejected', 'P1', 'trips_private.join_request_rejected_audience', 'join_rejected:{tripId}:{requesterId}',
     null, null, false),
    ('accommodation_option_added', 'P1', 'trips_private.accommodation_option_added_audience', 'accommodation_option_added:{tripId}:{day}',
     null, 'accommodation', false),
    ('packing_list_ready', 'P1', 'trips_private.travelers_audience', 'packing_list_ready:{tripId}:{packingListId}',
     null, 'packing', false),
    ('chat_mention', 'P1', 'trips_private.chat_mention_audience', 'chat_mention:{tripId}:{messageId}',
     null, 'chat', false)
),
copy (key, variant, body) as (
  values
    ('dates_proposed_by_leader', 'default', '{LeaderName} suggested {Dates}. Let them know if it works!'),
    ('leader_can_lock_dates', 'default', '{works} travelers said {Dates} works. Confirm the dates when you''re ready.'),
    ('dates_locked', 'default', 'Dates confirmed: {Dates}! Next up — share trip ideas.'),
    ('dates_locked', 'leader', 'You confirmed {Dates}. Nice work!'),
    ('itinerary_generated', 'default', 'The itinerary is ready! Take a look and share your thoughts.'),
    ('itinerary_generated', 'updated', 'Itinerary updated based on feedback — see what changed.'),
    ('join_request_received', 'default', '{ActorName} wants to join — take a look when you''re ready.'),
    ('leader_ready_to_propose', 'default', 'Over half your group has weighed in. {Dates} has the most support.'),
    ('join_request_approved', 'default', 'You''re in! Your request to join was approved.'),
    ('expense_added', 'default', '{ActorName} added an expense — check it out.'),
    ('accommodation_selected', 'default', 'Your stay is set! Check out the details.'),
    ('first_idea_contributed', 'default', '{ActorName} shared a trip idea — see what''s on the list.'),
    ('prep_reminder_7d', 'default', 'One week away! Check the prep list.'),
    ('trip_started', 'default', 'Starts today — have an amazing time!'),
    ('leader_transferred', 'default', 'You''re now leading this trip. Check in when you''re ready.'),
    ('collecting_momentum_reminder', 'default', 'Your group is picking dates. Add yours when you''re ready!'),
    ('trip_completed_recap', 'default', 'What a trip! Look back on it together.'),
    ('traveler_left', 'default', 'Someone left {TripName}. Check the travelers list.'),
    ('prep_reminder_3d', 'default', 'Almost time to go! Check the prep list.'),
    ('join_request_rejected', 'default', 'Your request to join was not approved this time.'),
    ('accommodation_option_added', 'default', 'New places to stay are on the list — take a look.'),
    ('packing_list_ready', 'default', 'The packing list is ready. Take a look when you''re ready.'),
    ('chat_mention', 'default', '{ActorName} mentioned you in the chat.')
),
type as (
  insert into notify.notification_types
    (key, pack, category, priority, channels, default_channels, audience, dedupe_key, dedupe_window, enabled,
     data_template, thread_template, tag, sound, urgency, expires_after)
  select
    c.key, 'trips', 'trips', c.priority, '{push}', '{push}', c.audience, c.dedupe_key, c.dedupe_window::interval, c.enabled,
    jsonb_strip_nulls(jsonb_build_object('tripId', '{tripId}', 'overlay', c.overlay)), '{tripId}', p.name, 'default', 'high', '30 days'
  from catalog as c cross join product as p
  returning key
)
insert into notify.notification_copies (type_key, locale, variant, title, subtitle, body)
select type.key, 'en', c.variant, '{TripName}', p.name, c.body
from type join copy as c on c.key = type.key cross join product as p;

-- The daily sweep looks trips up by these; whatever else there is it does not read.
create index trips_locked_start_on_idx on trips.trips (locked_start_on) where status = 'locked';
create index trips_locked_end_on_idx on trips.trips (locked_end_on) where status in ('locked', 'completed');
create index trips_created_at_idx on trips.trips (created_at) where status = 'scheduling';
insert into notify.sweeps (key, pack, function, period, next_run_at)
values ('trips_daily', 'trips', 'trips_private.sweep', '1 day',
  -- The next nine o'clock, UTC (TR-N4).
  date_bin('1 day', now(), '2026-01-01 09:00:00+00') + interval '1 day');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
