-- migrate:up
set local lock_timeout = '5s';

insert into notify.notification_copies (type_key, locale, variant, title, body, action_titles) values
  ('juke_invite', 'en', 'default', '{HostName} invites you to listen along', '“{SessionName}” is playing. Join in.', '{"join": "Join", "decline": "Not now"}'),
  ('juke_invite', 'fr', 'default', '{HostName} vous invite à écouter ensemble', '« {SessionName} » est en cours. Rejoignez l''écoute.', '{"join": "Rejoindre", "decline": "Pas maintenant"}'),
  ('juke_invite_accepted', 'en', 'default', '{InviteeName} is listening along', 'They joined “{SessionName}”.', null),
  ('juke_invite_accepted', 'fr', 'default', '{InviteeName} écoute avec vous', '« {SessionName} » compte une personne de plus.', null),
  ('juke_onboarding_nudge', 'en', 'default', 'Next: {NextStep}', 'It takes a minute.', null),
  ('juke_onboarding_nudge', 'fr', 'default', 'À faire : {NextStep}', 'Une minute suffit.', null),
  ('juke_onboarding_nudge', 'en', 'last', 'Still to do: {NextStep}', 'Then your music is all yours.', null),
  ('juke_onboarding_nudge', 'fr', 'last', 'Il reste : {NextStep}', 'Et votre musique est à vous.', null),
  -- Figures first, so that one of them is as good as many.
  ('juke_weekly_recap', 'en', 'default', 'Your week in music', 'Minutes: {Minutes} · Sessions: {Sessions} · Top artist: {TopArtist} · Top track: {TopTrack}', null),
  ('juke_weekly_recap', 'fr', 'default', 'Votre semaine en musique', 'Minutes : {Minutes} · Sessions : {Sessions} · Artiste : {TopArtist} · Titre : {TopTrack}', null);

-- What its categories are called.
insert into notify_private.sentences (key, locale, you) values
  ('category.juke_invites', 'en', 'Invitations'), ('category.juke_invites', 'fr', 'Invitations'),
  ('category.juke_onboarding', 'en', 'Getting started'), ('category.juke_onboarding', 'fr', 'Premiers pas'),
  ('category.juke_recap', 'en', 'Weekly recap'), ('category.juke_recap', 'fr', 'Bilan de la semaine');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
