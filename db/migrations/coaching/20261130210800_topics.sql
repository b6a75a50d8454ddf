-- migrate:up
set local lock_timeout = '5s';

insert into coaching.topics (key) values
  ('fitness_checkin'),
  ('weekly_weighin'),
  ('mood_check'),
  ('meal_review'),
  ('exercise_plan'),
  ('streak_celebrate');

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

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
