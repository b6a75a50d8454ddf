-- migrate:up
set local lock_timeout = '5s';

-- The name of the trip is the title, and the product's name the subtitle.
insert into notify.notification_copies (type_key, locale, variant, title, subtitle, body, action_titles)
select own.type_key, 'en', own.variant, '{TripName}', 'Rowbell Trips', own.body, button.titles::jsonb
from (
  values
    ('trip_created_notify', 'default', '{CreatorName} started planning this trip — take a look when you''re ready.'),
    ('trip_canceled', 'default', '{LeaderName} canceled this trip.'),
    ('first_dates_suggested', 'default', 'Date ideas are rolling in. Add yours when you''re ready!'),
    ('window_supported_author', 'default', '{SupporterName} likes your dates — gaining traction!'),
    ('dates_proposed_by_leader', 'default', '{LeaderName} suggested {Dates}. Let them know if it works!'),
    ('leader_can_lock_dates', 'default', '{works} travelers said {Dates} works. Confirm the dates when you''re ready.'),
    ('dates_locked', 'default', 'Dates confirmed: {Dates}! Next up — share trip ideas.'),
    ('dates_locked', 'leader', 'You confirmed {Dates}. Nice work!'),
    ('itinerary_generated', 'default', 'The itinerary is ready! Take a look and share your thoughts.'),
    ('itinerary_generated', 'updated', 'Itinerary updated based on feedback — see what changed.'),
    ('join_request_received', 'default', '{ActorName} wants to join — take a look when you''re ready.'),
    ('join_request_from_stranger', 'default', '{ActorName} wants to join — take a look when you''re ready.'),
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
) as own (type_key, variant, body)
left join (
  values
    ('dates_proposed_by_leader', '{"answer": "Answer"}'),
    ('join_request_received', '{"review": "Review"}'),
    ('join_request_from_stranger', '{"review": "Review"}')
) as button (type_key, titles) on button.type_key = own.type_key;

-- Words of ours alone: who asks, and what they call the circle, is read by whoever looks at their invitations.
insert into notify.notification_copies (type_key, locale, title, subtitle, body) values
  ('circle_invitation', 'en', 'An invitation', 'Rowbell Trips', 'You are asked into a circle — take a look when you''re ready.'),
  ('circle_invitation', 'fr', 'Une invitation', 'Rowbell Trips', 'On vous invite dans un cercle. Jetez-y un œil quand vous voulez.');

-- What its categories are called.
insert into notify_private.sentences (key, locale, you) values
  ('category.trips', 'en', 'Trips'), ('category.trips', 'fr', 'Voyages');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
