create or replace view analytics.daily_reasons with (security_barrier = true) as
  select (o.starts_at at time zone 'UTC')::date as day, o.type_key, o.channel, o.status, o.reason, o.candidates
  from notify_private.daily_reason_rollups as o;
comment on view analytics.daily_reasons is
  'Where the deliveries made on a day (UTC) stand and why, by type and '
  'channel; status "held_back": what a rule suppressed, with its reason.';
grant select on analytics.daily_reasons to rowbell_analyst, rowbell_operator;
