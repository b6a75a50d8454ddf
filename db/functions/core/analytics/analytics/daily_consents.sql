create or replace view analytics.daily_consents with (security_barrier = true) as
  select
    (c.recorded_at at time zone 'UTC')::date as day, c.channel, c.region, c.method,
    count(*) filter (where c.granted) as given,
    count(*) filter (where not c.granted) as withdrawn
  from notify.consents as c
  group by 1, 2, 3, 4;
comment on view analytics.daily_consents is $$
@nullable channel
Consents to promotional messages that were recorded on a day (UTC), and withdrawals, by channel, region and way.
$$;
comment on column analytics.daily_consents.day is 'The day (UTC) of the record.';
comment on column analytics.daily_consents.channel is 'Which channel it is about; null: all of them.';
comment on column analytics.daily_consents.region is 'ISO 3166 region under whose law it was given; *: not known.';
comment on column analytics.daily_consents.method is 'How it was given or withdrawn.';
comment on column analytics.daily_consents.given is 'Consents.';
comment on column analytics.daily_consents.withdrawn is 'Withdrawals.';
grant select on analytics.daily_consents to rowbell_analyst, rowbell_operator;
