-- Plain SQL without settings, as every journey's progress.
create or replace function juke_private.onboarding_progress(user_id uuid, subject_id uuid) returns jsonb
language sql stable
as $$
  select pg_catalog.jsonb_build_object('NextStep', t.text, 'StepKey', s.key)
  from juke.onboarding_steps as s
  join notify.users as u on u.id = onboarding_progress.user_id
  cross join lateral (
    select x.text from juke.onboarding_step_texts as x
    where x.step_key = s.key and x.locale in (u.locale, pg_catalog.split_part(u.locale, '-', 1), 'en')
    order by x.locale = u.locale desc, x.locale <> 'en' desc limit 1
  ) as t
  where not exists (
    select from juke.onboarding_steps_done as d where d.user_id = onboarding_progress.user_id and d.step_key = s.key
  )
  order by s.place limit 1
$$;
comment on function juke_private.onboarding_progress(uuid, uuid) is
  'JK-4: the first step that somebody has not done, in their words; null once there is none.';
