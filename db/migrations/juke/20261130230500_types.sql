-- There are few types, and none of this pack's yet.
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
  (key, pack, app_key, category, priority, purpose, channels, default_channels, audience, still_relevant, dedupe_key,
   data_template, thread_template, collapse_template, sound, urgency, interruption_level, expires_after, labels, email_url,
   actions, android_channel_id, apns_category)
values
  ('juke_invite', 'juke', 'juke', 'juke_invites', 'P1', 'transactional', '{push,email,in_app}', '{push,email,in_app}', 'juke_private.invite_audience', 'juke_private.invite_is_open', null, '{"screen": "listening_session", "sessionId": "{SessionId}", "inviteId": "{InviteId}", "url": "/listen/{SessionId}?invite={InviteId}"}', 'session:{SessionId}', 'invite:{InviteId}', 'default', 'high', 'time-sensitive', interval '6 hours', '{"en": "Invites to listen along", "fr": "Invitations à écouter ensemble"}', '/listen/{sessionId}?invite={inviteId}', '[{"key": "join", "url": "/listen/{SessionId}?invite={InviteId}"}, {"key": "decline", "url": "/listen/{SessionId}?invite={InviteId}&answer=decline"}]', 'invites', 'JUKE_INVITE'),
  ('juke_invite_accepted', 'juke', 'juke', 'juke_invites', 'P1', 'transactional', '{push,in_app}', '{push,in_app}', 'juke_private.host_audience', null, 'juke_invite_accepted:{InviteId}', '{"screen": "listening_session", "sessionId": "{SessionId}", "url": "/listen/{SessionId}"}', 'session:{SessionId}', null, 'default', 'normal', 'active', interval '6 hours', '{"en": "Who listens along", "fr": "Qui écoute avec vous"}', null, null, null, null),
  ('juke_onboarding_nudge', 'juke', 'juke', 'juke_onboarding', 'P1', 'promotional', '{push,email,in_app}', '{push,in_app}', 'notify_private.journey_audience', 'notify_private.journey_is_active', 'juke_onboarding_nudge:{userId}:{Day}', '{"screen": "onboarding", "step": "{StepKey}", "url": "/welcome/{StepKey}"}', 'onboarding', 'onboarding', 'default', 'normal', 'active', interval '1 day', '{"en": "Getting started", "fr": "Premiers pas"}', '/welcome/{step}', null, null, null),
  ('juke_weekly_recap', 'juke', 'juke', 'juke_recap', 'P1', 'promotional', '{push,email}', '{push,email}', 'juke_private.weekly_recap_audience', null, 'juke_weekly_recap:{userId}:{Week}', '{"screen": "recap", "week": "{Week}", "url": "/recap/{Week}"}', 'recap', 'recap', 'default', 'normal', 'passive', interval '1 day', '{"en": "Your week in music", "fr": "Votre semaine en musique"}', '/recap/{week}', null, null, null);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
