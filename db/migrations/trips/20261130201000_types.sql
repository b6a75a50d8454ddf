-- migrate:up
set local lock_timeout = '5s';

-- What all types have in common stands once below; a row has what is its own. "30d", "per proposal", "per version" and "each unique"
-- in the catalog are a null window: as long as events are kept (TR-G11). Those of the second wave are switched on by "enabled".
-- A request of somebody who shares no circle with the leader (TR-8) has the same words under the same key, but is P1: the type says which
-- of the two it is, because lane, cap and quiet hours follow from that.
insert into notify.notification_types
  (key, pack, app_key, category, priority, channels, default_channels, audience, still_relevant, dedupe_key, dedupe_window, enabled,
   data_template, thread_template, tag, sound, urgency, expires_after, actions, android_channel_id, apns_category)
select
  own.key, 'trips', 'trips', 'trips', own.priority, '{push}', '{push}', 'trips_private.' || own.audience,
  -- Between planning and sending lie quiet hours, pauses and retries: what became of the trip and its people meanwhile counts.
  'trips_private.is_still_relevant', own.dedupe_key, own.dedupe_window::interval, own.enabled,
  jsonb_strip_nulls(jsonb_build_object('tripId', '{tripId}', 'overlay', own.overlay)),
  '{tripId}', 'Rowbell Trips', 'default', 'high', '30 days',
  -- What waits for an answer has a button that leads to it.
  button.actions::jsonb, case when button.actions is not null then 'trips' end, button.apns_category
from (
  values
    ('trip_created_notify', 'P0', 'trip_created_notify_audience', 'trip_created:{tripId}:{userId}', null, null, true),
    ('trip_canceled', 'P0', 'travelers_but_actor_audience', 'trip_canceled:{tripId}:{userId}', null, null, true),
    ('first_dates_suggested', 'P0', 'travelers_but_actor_audience', 'first_dates:{tripId}:{userId}', null, 'scheduling', true),
    ('window_supported_author', 'P1', 'window_supported_author_audience', 'window_supported:{windowId}:{authorUserId}', '2 hours', 'scheduling', true),
    ('dates_proposed_by_leader', 'P0', 'travelers_but_leader_audience', 'dates_proposed:{tripId}:{windowId}', null, 'scheduling', true),
    ('leader_can_lock_dates', 'P0', 'leader_audience', 'leader_lock:{tripId}', '72 hours', 'scheduling', true),
    ('dates_locked', 'P0', 'dates_locked_audience', 'dates_locked:{tripId}', null, 'itinerary', true),
    ('itinerary_generated', 'P0', 'itinerary_generated_audience', 'itinerary_generated:{tripId}:v{version}', null, 'itinerary', true),
    ('join_request_received', 'P0', 'leader_audience', 'join_request:{tripId}:{requesterId}', '24 hours', 'travelers', true),
    ('join_request_from_stranger', 'P1', 'leader_audience', 'join_request:{tripId}:{requesterId}', '24 hours', 'travelers', true),
    ('leader_ready_to_propose', 'P1', 'leader_audience', 'leader_propose:{tripId}', '72 hours', 'scheduling', true),
    ('join_request_approved', 'P1', 'join_request_approved_audience', 'join_approved:{tripId}:{requesterId}', null, null, true),
    ('expense_added', 'P1', 'expense_added_audience', 'expense_added:{tripId}:{expenseId}', null, 'expenses', true),
    ('accommodation_selected', 'P1', 'travelers_audience', 'accommodation_selected:{tripId}', null, 'accommodation', true),
    ('first_idea_contributed', 'P1', 'travelers_but_actor_audience', 'first_idea:{tripId}:{userId}', null, 'itinerary', true),
    ('prep_reminder_7d', 'P1', 'travelers_audience', 'prep_7d:{tripId}:{userId}', null, 'prep', true),
    ('trip_started', 'P1', 'travelers_audience', 'trip_started:{tripId}:{userId}', null, null, true),
    ('leader_transferred', 'P1', 'leader_transferred_audience', 'leader_transferred:{tripId}:{newLeaderId}', null, null, true),
    ('collecting_momentum_reminder', 'P1', 'collecting_momentum_reminder_audience', 'collecting_momentum:{tripId}:{userId}', null, 'scheduling', false),
    ('trip_completed_recap', 'P1', 'travelers_audience', 'trip_completed:{tripId}:{userId}', null, null, false),
    ('traveler_left', 'P1', 'leader_audience', 'traveler_left:{tripId}:{leaverId}', '24 hours', 'travelers', false),
    ('prep_reminder_3d', 'P1', 'travelers_audience', 'prep_3d:{tripId}:{userId}', null, 'prep', false),
    ('join_request_rejected', 'P1', 'join_request_rejected_audience', 'join_rejected:{tripId}:{requesterId}', null, null, false),
    ('accommodation_option_added', 'P1', 'accommodation_option_added_audience', 'accommodation_option_added:{tripId}:{day}', null, 'accommodation', false),
    ('packing_list_ready', 'P1', 'travelers_audience', 'packing_list_ready:{tripId}:{packingListId}', null, 'packing', false),
    ('chat_mention', 'P1', 'chat_mention_audience', 'chat_mention:{tripId}:{messageId}', null, 'chat', false)
) as own (key, priority, audience, dedupe_key, dedupe_window, overlay, enabled)
left join (
  values
    ('dates_proposed_by_leader', '[{"key": "answer", "url": "/trips/{tripId}/scheduling"}]', 'TRIP_DATES'),
    ('join_request_received', '[{"key": "review", "url": "/trips/{tripId}/travelers"}]', 'TRIP_JOIN_REQUEST'),
    ('join_request_from_stranger', '[{"key": "review", "url": "/trips/{tripId}/travelers"}]', 'TRIP_JOIN_REQUEST')
) as button (key, actions, apns_category) on button.key = own.key;

-- An invitation comes before any trip.
insert into notify.notification_types
  (key, pack, app_key, category, priority, channels, default_channels, audience, still_relevant, dedupe_key,
   data_template, thread_template, tag, sound, urgency, expires_after, labels)
values
  ('circle_invitation', 'trips', 'trips', 'trips', 'P1', '{push,in_app}', '{push,in_app}', 'trips_private.circle_invitation_audience', 'trips_private.invitation_is_open', 'circle_invitation:{circleId}:{userId}', '{"circleId": "{circleId}", "overlay": "invitations"}', 'circle_invitations', 'Rowbell Trips', 'default', 'normal', '30 days', '{"en": "Invitations to circles", "fr": "Invitations à des cercles"}');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
