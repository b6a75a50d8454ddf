create or replace view analytics.daily_holds with (security_barrier = true) as
  select
    (h.held_at at time zone 'UTC')::date as day, e.type_key, h.channel, h.rule, h.reason,
    count(*) as holds,
    count(*) filter (where h.released_at is null) as open,
    count(*) filter (where h.outcome = 'send') as passed,
    count(*) filter (where h.outcome = 'suppress') as held_back,
    extract(epoch from avg(h.released_at - h.held_at))::double precision as average_seconds
  from notify.holds as h join notify.events as e on e.id = h.event_id
  group by 1, 2, 3, 4, 5;
comment on view analytics.daily_holds is $$
@nullable average_seconds
What began to wait on a day (UTC), by type, channel, rule and reason: for the end of quiet hours or of a pause, for a cap
to have room, for an earlier step of a fallback. 13 months.
$$;
comment on column analytics.daily_holds.day is 'The day (UTC) on which the wait began.';
comment on column analytics.daily_holds.type_key is 'Notification type, a row of analytics.notification_types.';
comment on column analytics.daily_holds.channel is 'push, email, sms, voice, in_app or webhook.';
comment on column analytics.daily_holds.rule is 'The rule that held it: quiet_hours, daily_cap, rolling_cap, attention or fallback.';
comment on column analytics.daily_holds.reason is 'Its reason, e.g. paused.';
comment on column analytics.daily_holds.holds is 'Candidates that began to wait. One that waits twice counts twice.';
comment on column analytics.daily_holds.open is 'Of these, those that wait at the moment.';
comment on column analytics.daily_holds.passed is 'Of these, those that all rules let pass afterwards.';
comment on column analytics.daily_holds.held_back is 'Of these, those that a rule suppressed afterwards.';
comment on column analytics.daily_holds.average_seconds is 'How long those that are over waited on the average; null: none is over.';
grant select on analytics.daily_holds to rowbell_analyst, rowbell_operator;
