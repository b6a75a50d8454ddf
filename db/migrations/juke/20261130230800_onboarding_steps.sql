-- migrate:up
set local lock_timeout = '5s';

insert into juke.onboarding_steps (key, place) values
  ('pick_artists', 1),
  ('first_playlist', 2),
  ('add_photo', 3);

insert into juke.onboarding_step_texts (step_key, locale, text) values
  ('pick_artists', 'en', 'pick three artists'),
  ('pick_artists', 'fr', 'choisir trois artistes'),
  ('first_playlist', 'en', 'make a playlist'),
  ('first_playlist', 'fr', 'créer une playlist'),
  ('add_photo', 'en', 'add a photo'),
  ('add_photo', 'fr', 'ajouter une photo');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
