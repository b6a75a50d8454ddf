-- migrate:up
set local lock_timeout = '5s';

-- The paths as data. A receipt within 30 s wins path C; path A falls back to SMS only where the push cannot go or fails.
insert into notify.fallbacks (key, description) values
  ('push_and_sms', 'Push; if it is not reported delivered within 30 s, SMS'),
  ('push_else_sms', 'Push; SMS only where it cannot go or fails');
insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
  ('push_and_sms', 1, '{push}', interval '30 seconds', 'delivered'),
  ('push_and_sms', 2, '{sms}', null, 'delivered'),
  ('push_else_sms', 1, '{push}', null, 'sent'),
  ('push_else_sms', 2, '{sms}', null, 'delivered');

-- P0: both are expected at an instant and worthless after it, so neither cap nor quiet hours may hold them.
insert into notify.notification_types
  (key, pack, category, priority, channels, default_channels, audience, still_relevant, listener, fallback_key, dedupe_key,
   data_template, thread_template, collapse_template, sound, urgency, interruption_level, max_attempts, channel_attempts, max_segments,
   expires_after, warns_unreachable)
values
  ('coaching_preview', 'coaching', 'coaching', 'P0', '{push,sms}', '{push,sms}',
   'coaching_private.preview_audience', 'coaching_private.preview_is_relevant', 'coaching_private.hear_deliveries',
   'push_else_sms', 'coaching_preview:{callId}:{scheduledAt}',
   '{"screen": "incoming_call", "callId": "{callId}"}', '{callId}', 'call:{callId}', 'default', 'high', 'time-sensitive',
   8, '{"sms": 1}', 1, interval '1 hour', true),
  ('coaching_call', 'coaching', 'coaching', 'P0', '{voice}', '{voice}',
   'coaching_private.call_audience', 'coaching_private.call_is_relevant', 'coaching_private.hear_deliveries',
   null, 'coaching_call:{callId}:{scheduledAt}',
   '{"callId": "{callId}", "voice": "{voice}", "language": "{language}", "twimlUrl": "{agentUrl}"}', null, null, null, 'high', null,
   1, '{}', null, interval '10 minutes', false);

insert into notify.notification_copies (type_key, locale, variant, title, body)
select 'coaching_preview', c.locale, c.variant, t.title, c.body
from (values
  ('en', 'Coach {name} is calling in {min} min! {emoji}'),
  ('fr', 'Coach {name} t''appelle dans {min} min ! {emoji}')
) as t (locale, title)
join (values
  ('en', 'default', 'Day {streak}: {topic}.'),
  ('fr', 'default', 'Jour {streak} : {topic}.'),
  ('en', 'context', 'Day {streak}: {topic}. {context}'),
  ('fr', 'context', 'Jour {streak} : {topic}. {context}'),
  ('en', 'milestone_7', 'Day 7 — one full week! Let''s celebrate.'),
  ('fr', 'milestone_7', 'Jour 7 — une semaine complète ! On fête ça.'),
  ('en', 'milestone_21', 'DAY 21! You made it. Final check-in. 🏆'),
  ('fr', 'milestone_21', 'JOUR 21 ! Tu l''as fait. Dernier point. 🏆')
) as c (locale, variant, body) using (locale);

insert into notify.channel_copies (type_key, locale, channel, place, form, body, is_plain, shorten) values
  ('coaching_preview', 'en', 'sms', 1, 'full', 'Coach {name} calling in {min} min! {emoji} Day {streak} — {topic}. Answer!', false, '{}'),
  ('coaching_preview', 'en', 'sms', 2, 'plain', 'Coach {name} calling in {min} min! Day {streak} - {topic}. Answer!', true, '{}'),
  ('coaching_preview', 'en', 'sms', 3, 'short', 'Coach {name} calling in {min} min! Day {streak} - {topic}. Answer!', true, '{topic,name}'),
  ('coaching_preview', 'fr', 'sms', 1, 'full', 'Coach {name} t''appelle dans {min} min ! {emoji} Jour {streak} — {topic}. Décroche !', false, '{}'),
  ('coaching_preview', 'fr', 'sms', 2, 'plain', 'Coach {name} t''appelle dans {min} min ! Jour {streak} - {topic}. Décroche !', true, '{}'),
  ('coaching_preview', 'fr', 'sms', 3, 'short', 'Coach {name} t''appelle dans {min} min ! Jour {streak} - {topic}. Décroche !', true, '{topic,name}');

-- What is read out where the coach has no agent that converses.
insert into notify.notification_copies (type_key, locale, title, body) values
  ('coaching_call', 'en', 'Coach {name}', 'Hello, this is Coach {name}. Day {streak}: {topic}.'),
  ('coaching_call', 'fr', 'Coach {name}', 'Bonjour, c''est Coach {name}. Jour {streak} : {topic}.');

insert into coaching.topics (key) values
  ('fitness_checkin'), ('weekly_weighin'), ('mood_check'), ('meal_review'), ('exercise_plan'), ('streak_celebrate');
insert into coaching.topic_texts (topic_key, locale, text) values
  ('fitness_checkin', 'en', 'your fitness goal check-in'),
  ('fitness_checkin', 'fr', 'point objectif fitness'),
  ('weekly_weighin', 'en', 'weekly weigh-in & meal review'),
  ('weekly_weighin', 'fr', 'pesée & bilan repas de la semaine'),
  ('mood_check', 'en', 'mood & energy check'),
  ('mood_check', 'fr', 'point humeur & énergie'),
  ('meal_review', 'en', 'yesterday''s meals review'),
  ('meal_review', 'fr', 'bilan repas d''hier'),
  ('exercise_plan', 'en', 'today''s exercise plan'),
  ('exercise_plan', 'fr', 'planning sport du jour'),
  ('streak_celebrate', 'en', 'streak celebration!'),
  ('streak_celebrate', 'fr', 'fête du streak !');

insert into notify.sweeps (key, pack, function, period, next_run_at) values
  ('coaching_calls', 'coaching', 'coaching_private.keep_calls', interval '10 minutes', now());

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
