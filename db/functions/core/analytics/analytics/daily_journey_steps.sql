create or replace view analytics.daily_journey_steps with (security_barrier = true) as
  select
    (e.enrolled_at at time zone 'UTC')::date as day, e.journey_key, t.step, s.type_key,
    count(*) filter (where t.outcome = 'told') as told,
    count(*) filter (where t.outcome = 'skipped') as skipped,
    count(*) filter (where exists (
      select from notify.decisions as d where d.event_id = t.event_id and d.outcome = 'send'
    )) as passed
  from notify.journey_enrollments as e
  join notify.journey_steps_taken as t on t.enrollment_id = e.id
  left join notify.journey_steps as s on s.journey_key = e.journey_key and s.step = t.step
  group by 1, 2, 3, 4;
comment on view analytics.daily_journey_steps is $$
@nullable type_key
Which steps the enrollments of a day (UTC) have behind them, by journey and step: where people leave a journey.
$$;
comment on column analytics.daily_journey_steps.day is 'The day (UTC) of the enrollment, whenever the step was taken.';
comment on column analytics.daily_journey_steps.journey_key is 'Which journey.';
comment on column analytics.daily_journey_steps.step is 'Which of its steps.';
comment on column analytics.daily_journey_steps.type_key is
  'The notification type by which it is told; null: the journey has no such step any more.';
comment on column analytics.daily_journey_steps.told is 'Steps of which an event was made.';
comment on column analytics.daily_journey_steps.skipped is 'Steps whose condition did not hold.';
comment on column analytics.daily_journey_steps.passed is 'Of those told: the rules let it pass on at least one channel.';
grant select on analytics.daily_journey_steps to rowbell_analyst, rowbell_operator;
