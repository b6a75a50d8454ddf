create or replace view analytics.daily_locales with (security_barrier = true) as
  select (b.starts_at at time zone 'UTC')::date as day, b.type_key, b.channel, b.value as locale, f.*
  from notify_private.daily_breakdowns as b
  cross join lateral notify_private.breakdown_columns(row(b.*)::notify_private.hourly_breakdowns) as f
  where b.dimension = 'locale';
comment on view analytics.daily_locales is
  'What became of the deliveries made on a day (UTC), by type, channel and the language of their recipients; days of five years.';
do $$ begin perform notify_private.comment_columns('analytics.daily_locales'); end $$;
comment on column analytics.daily_locales.locale is
  'BCP 47 tag of the recipient (fr-CA), as it was when the day was counted.';
grant select on analytics.daily_locales to rowbell_analyst, rowbell_operator;
