create or replace view analytics.daily_journeys with (security_barrier = true) as
  select
    (e.enrolled_at at time zone 'UTC')::date as day, e.journey_key,
    count(*) as enrollments,
    count(*) filter (where e.ended_at is null) as open,
    count(*) filter (where e.end_reason = 'completed') as completed,
    count(*) filter (where e.end_reason = 'exited') as exited,
    count(*) filter (where e.end_reason = 'canceled') as canceled,
    count(*) filter (where e.end_reason = 'expired') as expired
  from notify.journey_enrollments as e
  group by 1, 2;
comment on view analytics.daily_journeys is
  'What became of the enrollments that began on a day (UTC), by journey; 13 months. Ways that are still open change.';
comment on column analytics.daily_journeys.day is 'The day (UTC) of the enrollment, whenever it ended.';
comment on column analytics.daily_journeys.journey_key is 'Which journey.';
comment on column analytics.daily_journeys.enrollments is 'Enrollments that began; somebody may be enrolled again later.';
comment on column analytics.daily_journeys.open is 'On the way at the moment.';
comment on column analytics.daily_journeys.completed is 'All steps are behind, and the purpose was not reached before.';
comment on column analytics.daily_journeys.exited is 'The purpose of the journey was reached.';
comment on column analytics.daily_journeys.canceled is 'Ended by a service.';
comment on column analytics.daily_journeys.expired is 'Too old for further steps.';
grant select on analytics.daily_journeys to rowbell_analyst, rowbell_operator;
