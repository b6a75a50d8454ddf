-- What both audiences begin with: who is called, by whom, on which day of their streak, about what in their language.
create or replace view coaching_private.call_copy_variables as
  select
    c.id as call_id, c.user_id, c.scheduled_at, c.context_line, s.day as streak,
    pg_catalog.split_part(u.locale, '-', 1) as language, coach.voice, coach.agent_url,
    pg_catalog.jsonb_build_object(
      'callId', c.id,
      'scheduledAt', extract(epoch from c.scheduled_at),
      'name', coach.name,
      'streak', s.day,
      -- A topic that nobody put into words is said by its key: the call is coming all the same.
      'topic', coalesce(t.text, pg_catalog.replace(c.topic_key, '_', ' '))) as variables
  from coaching.calls as c
  join coaching.coaches as coach on coach.id = c.coach_id
  join notify.users as u on u.id = c.user_id
  cross join lateral (
    select coaching_private.streak_day(c.user_id, coaching_private.day_of_call(c, u.time_zone)) as day
  ) as s
  left join lateral (
    select x.text from coaching.topic_texts as x
    where x.topic_key = c.topic_key and x.locale in (u.locale, pg_catalog.split_part(u.locale, '-', 1), 'en')
    order by x.locale = u.locale desc, x.locale <> 'en' desc
    limit 1
  ) as t on true;
comment on view coaching_private.call_copy_variables is 'Calls with what their copy says.';
