create or replace view analytics.daily_funnel with (security_barrier = true) as
  select
    (s.starts_at at time zone 'UTC')::date as day, s.channel, f.step, f.stage, f.candidates, f.previous,
    notify_private.ratio(f.candidates, f.previous) as share
  from notify_private.daily_rollups as s
  cross join lateral (values
    (1, 'candidates', s.deliveries + s.held_back, null),
    (2, 'deliveries', s.deliveries, s.deliveries + s.held_back),
    (3, 'sent', s.sent, s.deliveries),
    (4, 'delivered', s.delivered, s.sent),
    (5, 'read', s.read, s.tracked),
    (6, 'clicked', s.clicked, s.read)
  ) as f (step, stage, candidates, previous)
  where s.type_key is null and s.channel is not null;
comment on view analytics.daily_funnel is
  'How far what could have been told on a day (UTC) got, by channel: candidates, deliveries, sent, delivered, '
  'read, clicked, each with what it is a share of (read: of what is tracked, since nobody sees the rest).';
grant select on analytics.daily_funnel to rowbell_analyst, rowbell_operator;
