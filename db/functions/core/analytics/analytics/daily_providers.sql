create or replace view analytics.daily_providers with (security_barrier = true) as
  select (b.starts_at at time zone 'UTC')::date as day, b.type_key, b.channel, b.value as provider, f.*
  from notify_private.daily_breakdowns as b
  cross join lateral notify_private.breakdown_columns(row(b.*)::notify_private.hourly_breakdowns) as f
  where b.dimension = 'provider';
comment on view analytics.daily_providers is
  'What became of the deliveries made on a day (UTC), by type, channel and provider, with bounces and complaints; days of five years. '
  'Each delivery has one provider, so these add up to all.';
do $$ begin perform notify_private.comment_columns('analytics.daily_providers'); end $$;
comment on column analytics.daily_providers.provider is
  'apns, fcm, web_push, smtp, twilio, webhook, or in_app, where nobody carries it.';
grant select on analytics.daily_providers to rowbell_analyst, rowbell_operator;
