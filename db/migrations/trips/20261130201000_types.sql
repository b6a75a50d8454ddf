-- migrate:up
set local lock_timeout = '5s';

-- What all types have in common stands once below; a row has what is its own. "30d", "per proposal", "per version" and "each unique"
-- in the catalog are a null window: as long as events are kept (TR-G11). Those of the second wave are switched on by "enabled".
-- A request of somebody who shares no circle with the leader (TR-8) has the same words under the same key, but is P1: the type says which
-- of the two it is, because lane, cap and quiet hours follow from that.
insert into notify.notification_types
  (key, pack, app_key, category, priority, channels, default_channels, audience, still_relevant, dedupe_key, dedupe_window, enabled,
   data_template, thread_template, tag, sound, urgency, expires_after, labels, actions, android_channel_id, apns_category)
select
  own.key, 'trips', 'trips', 'trips', own.priority, '{push}', '{push}', 'trips_private.' || own.audience,
  -- Between planning and sending lie quiet hours, pauses and retries: what became of the trip and its people meanwhile counts.
  'trips_private.is_still_relevant', own.dedupe_key, own.dedupe_window::interval, own.enabled,
  jsonb_strip_nulls(jsonb_build_object('tripId', '{tripId}', 'overlay', own.overlay)),
  '{tripId}', 'Rowbell Trips', 'default', 'high', '30 days', jsonb_build_object('en', own.label_en, 'fr', own.label_fr),
  -- What waits for an answer has a button that leads to it.
  button.actions::jsonb, case when button.actions is not null then 'trips' end, button.apns_category
from (
  values
    ('trip_created_notify', 'P0', 'trip_created_notify_audience', 'trip_created:{tripId}:{userId}', null, null, true, 'New trips', 'Nouveaux voyages'),
    ('trip_canceled', 'P0', 'travelers_but_actor_audience', 'trip_canceled:{tripId}:{userId}', null, null, true, 'Canceled trips', 'Voyages annulés'),
    ('first_dates_suggested', 'P0', 'travelers_but_actor_audience', 'first_dates:{tripId}:{userId}', null, 'scheduling', true, 'First dates suggested', 'Premières dates proposées'),
    ('window_supported_author', 'P1', 'window_supported_author_audience', 'window_supported:{windowId}:{authorUserId}', '2 hours', 'scheduling', true, 'Support for your dates', 'Soutien à vos dates'),
    ('dates_proposed_by_leader', 'P0', 'travelers_but_leader_audience', 'dates_proposed:{tripId}:{windowId}', null, 'scheduling', true, 'Dates proposed by the leader', 'Dates proposées par l’organisateur'),
    ('leader_can_lock_dates', 'P0', 'leader_audience', 'leader_lock:{tripId}', '72 hours', 'scheduling', true, 'Dates ready to lock', 'Dates prêtes à être fixées'),
    ('dates_locked', 'P0', 'dates_locked_audience', 'dates_locked:{tripId}', null, 'itinerary', true, 'Dates locked', 'Dates fixées'),
    ('itinerary_generated', 'P0', 'itinerary_generated_audience', 'itinerary_generated:{tripId}:v{version}', null, 'itinerary', true, 'New itineraries', 'Nouveaux itinéraires'),
    ('join_request_received', 'P0', 'leader_audience', 'join_request:{tripId}:{requesterId}', '24 hours', 'travelers', true, 'Requests to join', 'Demandes de participation'),
    ('join_request_from_stranger', 'P1', 'leader_audience', 'join_request:{tripId}:{requesterId}', '24 hours', 'travelers', true, 'Requests to join from strangers', 'Demandes de participation d’inconnus'),
    ('leader_ready_to_propose', 'P1', 'leader_audience', 'leader_propose:{tripId}', '72 hours', 'scheduling', true, 'Dates ready to propose', 'Dates prêtes à être proposées'),
    ('join_request_approved', 'P1', 'join_request_approved_audience', 'join_approved:{tripId}:{requesterId}', null, null, true, 'Requests approved', 'Demandes acceptées'),
    ('expense_added', 'P1', 'expense_added_audience', 'expense_added:{tripId}:{expenseId}', null, 'expenses', true, 'New expenses', 'Nouvelles dépenses'),
    ('accommodation_selected', 'P1', 'travelers_audience', 'accommodation_selected:{tripId}', null, 'accommodation', true, 'Accommodation chosen', 'Hébergement choisi'),
    ('first_idea_contributed', 'P1', 'travelers_but_actor_audience', 'first_idea:{tripId}:{userId}', null, 'itinerary', true, 'First ideas', 'Premières idées'),
    ('prep_reminder_7d', 'P1', 'travelers_audience', 'prep_7d:{tripId}:{userId}', null, 'prep', true, 'Reminders a week before', 'Rappels une semaine avant'),
    ('trip_started', 'P1', 'travelers_audience', 'trip_started:{tripId}:{userId}', null, null, true, 'Trips begun', 'Voyages commencés'),
    ('leader_transferred', 'P1', 'leader_transferred_audience', 'leader_transferred:{tripId}:{newLeaderId}', null, null, true, 'New leaders', 'Nouveaux organisateurs'),
    ('collecting_momentum_reminder', 'P1', 'collecting_momentum_reminder_audience', 'collecting_momentum:{tripId}:{userId}', null, 'scheduling', false, 'Reminders to suggest dates', 'Rappels de proposer des dates'),
    ('trip_completed_recap', 'P1', 'travelers_audience', 'trip_completed:{tripId}:{userId}', null, null, false, 'Recaps of trips', 'Bilans de voyages'),
    ('traveler_left', 'P1', 'leader_audience', 'traveler_left:{tripId}:{leaverId}', '24 hours', 'travelers', false, 'Travelers who leave', 'Départs de voyageurs'),
    ('prep_reminder_3d', 'P1', 'travelers_audience', 'prep_3d:{tripId}:{userId}', null, 'prep', false, 'Reminders three days before', 'Rappels trois jours avant'),
    ('join_request_rejected', 'P1', 'join_request_rejected_audience', 'join_rejected:{tripId}:{requesterId}', null, null, false, 'Requests declined', 'Demandes refusées'),
    ('accommodation_option_added', 'P1', 'accommodation_option_added_audience', 'accommodation_option_added:{tripId}:{day}', null, 'accommodation', false, 'New accommodation options', 'Nouvelles options d’hébergement'),
    ('packing_list_ready', 'P1', 'travelers_audience', 'packing_list_ready:{tripId}:{packingListId}', null, 'packing', false, 'Packing lists', 'Listes de bagages'),
    ('chat_mention', 'P1', 'chat_mention_audience', 'chat_mention:{tripId}:{messageId}', null, 'chat', false, 'Mentions in the chat', 'Mentions dans la discussion')
) as own (key, priority, audience, dedupe_key, dedupe_window, overlay, enabled, label_en, label_fr)
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
