create or replace view analytics.daily_deactivations with (security_barrier = true) as
  select * from notify.deactivation_metrics((now() at time zone 'UTC')::date - 92, (now() at time zone 'UTC')::date);
comment on view analytics.daily_deactivations is 'Tokens that providers said are gone, by day (UTC), provider and reason; 93 days.';
comment on column analytics.daily_deactivations.day is 'The day (UTC).';
comment on column analytics.daily_deactivations.provider is 'apns, fcm or web_push.';
comment on column analytics.daily_deactivations.reason is 'Why: what the provider said of the token, or stale.';
comment on column analytics.daily_deactivations.tokens is 'Push tokens that were deactivated.';
grant select on analytics.daily_deactivations to rowbell_analyst, rowbell_operator;
