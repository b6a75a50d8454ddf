-- Few rows, and none of this pack's before.
-- squawk-ignore-file constraint-missing-not-valid
-- migrate:up
set local lock_timeout = '5s';

alter table notify.notification_types
  add constraint notification_types_juke_is_silent_on_the_phone check (pack <> 'juke' or not channels && '{sms,voice}');
comment on constraint notification_types_juke_is_silent_on_the_phone on notify.notification_types is
  'JK-10: SMS is not part of this product, nor are calls; whoever would route one of its types there is refused.';

-- Invites are a person's doing and transactional; nudges and recaps bring people back, so they are promotional: regions
-- that ask for consent get none without it.
insert into notify.notification_types
  (key, pack, category, priority, purpose, channels, default_channels, audience, still_relevant, dedupe_key,
   data_template, thread_template, collapse_template, sound, urgency, interruption_level, expires_after, labels, email_url)
values
  ('juke_invite', 'juke', 'juke_invites', 'P1', 'transactional', '{push,email,in_app}', '{push,email,in_app}',
   'juke_private.invite_audience', 'juke_private.invite_is_open', null,
   '{"screen": "listening_session", "sessionId": "{SessionId}", "inviteId": "{InviteId}", "url": "/listen/{SessionId}?invite={InviteId}"}',
   'session:{SessionId}', 'invite:{InviteId}', 'default', 'high', 'time-sensitive', interval '6 hours',
   '{"en": "Invites to listen along", "fr": "Invitations à écouter ensemble"}', '/listen/{sessionId}?invite={inviteId}'),
  ('juke_invite_accepted', 'juke', 'juke_invites', 'P1', 'transactional', '{push,in_app}', '{push,in_app}',
   'juke_private.host_audience', null, 'juke_invite_accepted:{InviteId}',
   '{"screen": "listening_session", "sessionId": "{SessionId}", "url": "/listen/{SessionId}"}',
   'session:{SessionId}', null, 'default', 'normal', 'active', interval '6 hours',
   '{"en": "Who listens along", "fr": "Qui écoute avec vous"}', null),
  ('juke_onboarding_nudge', 'juke', 'juke_onboarding', 'P1', 'promotional', '{push,email,in_app}', '{push,in_app}',
   'notify_private.journey_audience', 'notify_private.journey_goes_on', 'juke_onboarding_nudge:{userId}:{Day}',
   '{"screen": "onboarding", "step": "{StepKey}", "url": "/welcome/{StepKey}"}',
   'onboarding', 'onboarding', 'default', 'normal', 'active', interval '1 day',
   '{"en": "Getting started", "fr": "Premiers pas"}', '/welcome/{step}'),
  ('juke_weekly_recap', 'juke', 'juke_recap', 'P1', 'promotional', '{push,email}', '{push,email}',
   'juke_private.weekly_recap_audience', null, 'juke_weekly_recap:{userId}:{Week}',
   '{"screen": "recap", "week": "{Week}", "url": "/recap/{Week}"}',
   'recap', 'recap', 'default', 'normal', 'passive', interval '1 day',
   '{"en": "Your week in music", "fr": "Votre semaine en musique"}', '/recap/{week}');

insert into notify.notification_copies (type_key, locale, variant, title, body) values
  ('juke_invite', 'en', 'default', '{HostName} invites you to listen along', '“{SessionName}” is playing. Join in.'),
  ('juke_invite', 'fr', 'default', '{HostName} vous invite à écouter ensemble', '« {SessionName} » est en cours. Rejoignez l''écoute.'),
  ('juke_invite_accepted', 'en', 'default', '{InviteeName} is listening along', 'They joined “{SessionName}”.'),
  ('juke_invite_accepted', 'fr', 'default', '{InviteeName} écoute avec vous', '« {SessionName} » compte une personne de plus.'),
  ('juke_onboarding_nudge', 'en', 'default', 'Next: {NextStep}', 'It takes a minute.'),
  ('juke_onboarding_nudge', 'fr', 'default', 'À faire : {NextStep}', 'Une minute suffit.'),
  ('juke_onboarding_nudge', 'en', 'last', 'Still to do: {NextStep}', 'Then your music is all yours.'),
  ('juke_onboarding_nudge', 'fr', 'last', 'Il reste : {NextStep}', 'Et votre musique est à vous.'),
  -- Figures first, so that one of them is as good as many.
  ('juke_weekly_recap', 'en', 'default', 'Your week in music', 'Minutes: {Minutes} · Sessions: {Sessions} · Top artist: {TopArtist} · Top track: {TopTrack}'),
  ('juke_weekly_recap', 'fr', 'default', 'Votre semaine en musique', 'Minutes : {Minutes} · Sessions : {Sessions} · Artiste : {TopArtist} · Titre : {TopTrack}');

insert into notify.journeys (key, pack, description, progress, at_most_daily, expires_after) values
  ('juke_onboarding', 'juke', 'Names the next step to whoever has not finished their onboarding', 'juke_private.onboarding_progress', true, interval '14 days');
insert into notify.journey_steps (journey_key, step, delay, type_key, variant) values
  ('juke_onboarding', 1, interval '24 hours', 'juke_onboarding_nudge', 'default'),
  ('juke_onboarding', 2, interval '72 hours', 'juke_onboarding_nudge', 'default'),
  ('juke_onboarding', 3, interval '7 days', 'juke_onboarding_nudge', 'last');
insert into juke.onboarding_steps (key, place) values ('pick_artists', 1), ('first_playlist', 2), ('add_photo', 3);
insert into juke.onboarding_step_texts (step_key, locale, text) values
  ('pick_artists', 'en', 'pick three artists'), ('pick_artists', 'fr', 'choisir trois artistes'),
  ('first_playlist', 'en', 'make a playlist'), ('first_playlist', 'fr', 'créer une playlist'),
  ('add_photo', 'en', 'add a photo'), ('add_photo', 'fr', 'ajouter une photo');

-- For everybody by their own clock: a clock a zone, set when functions are deployed.
insert into notify.schedules (type_key, time_of_day, weekdays) values ('juke_weekly_recap', '09:00', '{1}');

insert into notify.retention_policies (table_name, keep, at_least, age_column, reason) values
  ('juke.listens', '13 months', '14 days', 'listened_at', 'What recaps are made of, a year of them'),
  ('juke.sessions', '13 months', '30 days', 'ended_at', 'A token of an ended one must not come back while it could be valid');
insert into notify.retention_policies (table_name, reason) values
  ('juke.listening_sessions', 'The product''s own data, until the host is erased'),
  ('juke.invites', 'The product''s own data, until host or invitee is erased'),
  ('juke.listeners', 'The product''s own data, until the person is erased'),
  ('juke.onboarding_steps_done', 'The product''s own data, until the person is erased'),
  ('juke.onboarding_steps', 'The catalog'),
  ('juke.onboarding_step_texts', 'The catalog');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
