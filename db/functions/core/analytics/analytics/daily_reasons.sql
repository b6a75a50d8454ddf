create or replace view analytics.daily_reasons with (security_barrier = true) as
  select (o.starts_at at time zone 'UTC')::date as day, o.type_key, o.channel, o.status, o.reason, o.candidates
  from notify_private.daily_reason_rollups as o;
comment on view analytics.daily_reasons is
  'Where the deliveries made on a day (UTC) stand and why, by type and '
  'channel; status "held_back": what a rule suppressed, with its reason.';
comment on column analytics.daily_reasons.day is 'The day (UTC) in which the deliveries were made, or the event where none was.';
comment on column analytics.daily_reasons.type_key is 'Notification type, a row of analytics.notification_types.';
comment on column analytics.daily_reasons.channel is 'push, email, sms, voice, in_app or webhook.';
comment on column analytics.daily_reasons.status is
  'Where the deliveries stand now; held_back: a rule suppressed the candidate, and no delivery was made.';
comment on column analytics.daily_reasons.reason is
  'Why: of deliveries a reason of docs/provider-errors.md, of what was held back one of docs/rules.md; null: none is needed.';
comment on column analytics.daily_reasons.candidates is 'Deliveries, or candidates that were held back.';
grant select on analytics.daily_reasons to rowbell_analyst, rowbell_operator;
