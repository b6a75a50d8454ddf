-- migrate:up
set local lock_timeout = '5s';

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

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
