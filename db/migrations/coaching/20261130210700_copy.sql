-- migrate:up
set local lock_timeout = '5s';

insert into notify.notification_copies (type_key, locale, variant, title, body, action_titles) values
  ('coaching_preview', 'en', 'default', 'Coach {name} is calling in {min} min! {emoji}', 'Day {streak}: {topic}.', '{"ready": "I''m ready", "move": "Move the call"}'),
  ('coaching_preview', 'fr', 'default', 'Coach {name} t''appelle dans {min} min ! {emoji}', 'Jour {streak} : {topic}.', '{"ready": "C''est parti", "move": "Déplacer l''appel"}'),
  ('coaching_preview', 'en', 'context', 'Coach {name} is calling in {min} min! {emoji}', 'Day {streak}: {topic}. {context}', '{"ready": "I''m ready", "move": "Move the call"}'),
  ('coaching_preview', 'fr', 'context', 'Coach {name} t''appelle dans {min} min ! {emoji}', 'Jour {streak} : {topic}. {context}', '{"ready": "C''est parti", "move": "Déplacer l''appel"}'),
  ('coaching_preview', 'en', 'milestone_7', 'Coach {name} is calling in {min} min! {emoji}', 'Day 7 — one full week! Let''s celebrate.', '{"ready": "I''m ready", "move": "Move the call"}'),
  ('coaching_preview', 'fr', 'milestone_7', 'Coach {name} t''appelle dans {min} min ! {emoji}', 'Jour 7 — une semaine complète ! On fête ça.', '{"ready": "C''est parti", "move": "Déplacer l''appel"}'),
  ('coaching_preview', 'en', 'milestone_21', 'Coach {name} is calling in {min} min! {emoji}', 'DAY 21! You made it. Final check-in. 🏆', '{"ready": "I''m ready", "move": "Move the call"}'),
  ('coaching_preview', 'fr', 'milestone_21', 'Coach {name} t''appelle dans {min} min ! {emoji}', 'JOUR 21 ! Tu l''as fait. Dernier point. 🏆', '{"ready": "C''est parti", "move": "Déplacer l''appel"}');

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

-- What its categories are called.
insert into notify_private.sentences (key, locale, you) values
  ('category.coaching', 'en', 'Coaching'), ('category.coaching', 'fr', 'Coaching');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
