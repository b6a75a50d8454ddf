create or replace view analytics.coaching_call_answers with (security_barrier = true) as
  select
    (c.scheduled_at at time zone 'UTC')::date as day,
    count(*) as calls,
    count(*) filter (where c.outcome = 'answered') as answered,
    count(*) filter (where c.outcome = 'voicemail') as voicemail,
    count(*) filter (where c.outcome = 'no_answer') as no_answer,
    count(*) filter (where c.outcome = 'failed') as failed,
    round(count(*) filter (where c.outcome = 'answered') / count(*)::numeric, 4) as answer_rate
  from coaching.calls as c where c.status = 'completed'
  group by 1;
comment on view analytics.coaching_call_answers is
  'Call answer rate by day (UTC): answered of all completed calls. Baseline 20 %, target at least 70 %.';
comment on column analytics.coaching_call_answers.day is 'The day (UTC) for which the calls were scheduled.';
comment on column analytics.coaching_call_answers.calls is 'Completed calls.';
comment on column analytics.coaching_call_answers.answered is 'Somebody answered.';
comment on column analytics.coaching_call_answers.voicemail is 'A voicemail answered.';
comment on column analytics.coaching_call_answers.no_answer is 'Nobody answered.';
comment on column analytics.coaching_call_answers.failed is 'The call could not be placed.';
comment on column analytics.coaching_call_answers.answer_rate is 'answered of calls.';
grant select on analytics.coaching_call_answers to rowbell_analyst, rowbell_operator;
