-- migrate:up
set local lock_timeout = '5s';

insert into notify.journeys (key, pack, description, progress, at_most_daily, expires_after) values
  ('juke_onboarding', 'juke', 'Names the next step to whoever has not finished their onboarding', 'juke_private.onboarding_progress', true, interval '14 days');

insert into notify.journey_steps (journey_key, step, delay, type_key, variant) values
  ('juke_onboarding', 1, interval '24 hours', 'juke_onboarding_nudge', 'default'),
  ('juke_onboarding', 2, interval '72 hours', 'juke_onboarding_nudge', 'default'),
  ('juke_onboarding', 3, interval '7 days', 'juke_onboarding_nudge', 'last');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
