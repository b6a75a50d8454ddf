create or replace view analytics.daily_digests with (security_barrier = true) as
  select
    (d.closed_at at time zone 'UTC')::date as day, d.channel, d.frequency,
    count(*) filter (where d.item_count > 0) as digests,
    count(*) filter (where d.item_count = 0) as empty,
    sum(d.item_count) as items,
    sum(l.left_out)::bigint as left_out
  from notify.digests as d
  cross join lateral (
    select count(*) as left_out from notify.digest_items as i where i.digest_id = d.id and i.left_out is not null
  ) as l
  where d.closed_at is not null
  group by 1, 2, 3;
comment on view analytics.daily_digests is 'The digests that were closed on a day (UTC), by channel and frequency; 13 months.';
comment on column analytics.daily_digests.day is 'The day (UTC) on which they were closed.';
comment on column analytics.daily_digests.channel is 'push or email.';
comment on column analytics.daily_digests.frequency is 'daily or weekly.';
comment on column analytics.daily_digests.digests is 'Digests with something in them, each of which is told as one notification.';
comment on column analytics.daily_digests.empty is 'Digests of which nothing was left; nobody heard of these.';
comment on column analytics.daily_digests.items is 'Notifications in these digests.';
comment on column analytics.daily_digests.left_out is
  'Notifications that a rule kept out when the digest was closed: no longer relevant, expired, switched off.';
grant select on analytics.daily_digests to rowbell_analyst, rowbell_operator;
