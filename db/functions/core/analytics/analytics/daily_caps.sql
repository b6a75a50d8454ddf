create or replace view analytics.daily_caps with (security_barrier = true) as
  select * from notify.cap_metrics((now() at time zone 'UTC')::date - 92, (now() at time zone 'UTC')::date);
comment on view analytics.daily_caps is 'How many people hit the daily cap, by day (UTC); 93 days.';
comment on column analytics.daily_caps.day is 'The day (UTC) of the decisions.';
comment on column analytics.daily_caps.people is 'People who had a candidate on a capped channel.';
comment on column analytics.daily_caps.capped is 'Of these, those whom the daily cap stopped at least once.';
comment on column analytics.daily_caps.capped_share is 'capped of people.';
grant select on analytics.daily_caps to rowbell_analyst, rowbell_operator;
