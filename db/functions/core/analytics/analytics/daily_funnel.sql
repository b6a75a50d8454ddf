create or replace view analytics.daily_funnel with (security_barrier = true) as
  select
    (s.starts_at at time zone 'UTC')::date as day, s.channel, f.step, f.stage, f.candidates, f.previous,
    notify_private.ratio(f.candidates, f.previous) as share
  from notify_private.daily_rollups as s
  cross join lateral (
    -- Nobody asked for what is off by default and was never chosen: it was not to be told, and would hide what is lost.
    select s.deliveries + s.held_back - coalesce((
      select sum(o.candidates)::bigint from notify_private.daily_reason_rollups as o
      where o.starts_at = s.starts_at and o.channel = s.channel and o.status = 'held_back' and o.reason = 'off_by_default'
    ), 0) as candidates
  ) as c
  cross join lateral (values
    (1, 'candidates', c.candidates, null),
    (2, 'deliveries', s.deliveries, c.candidates),
    (3, 'sent', s.sent, s.deliveries),
    (4, 'delivered', s.delivered, s.sent),
    (5, 'read', s.read, s.tracked),
    (6, 'clicked', s.clicked, s.read)
  ) as f (step, stage, candidates, previous)
  where s.type_key is null and s.channel is not null;
comment on view analytics.daily_funnel is $$
@nullable previous share
How far what was to be told on a day (UTC) got, by channel: candidates, deliveries, sent, delivered, read, clicked, each
with what it is a share of. A channel that a type leaves out by default is no candidate until somebody chooses it.
$$;
comment on column analytics.daily_funnel.day is 'The day (UTC) in which the deliveries were made, or the event where none was.';
comment on column analytics.daily_funnel.channel is 'push, email, sms, voice, in_app or webhook.';
comment on column analytics.daily_funnel.step is '1 to 6, the order of the stages.';
comment on column analytics.daily_funnel.stage is 'candidates, deliveries, sent, delivered, read or clicked.';
comment on column analytics.daily_funnel.candidates is
  'How many reached the stage. A candidate that goes to several devices is several deliveries, and counts as often.';
comment on column analytics.daily_funnel.previous is
  'What it is a share of: the stage before, and for read what can be known to be read; null for the first stage.';
comment on column analytics.daily_funnel.share is 'candidates of previous; null where previous is 0 or null.';
grant select on analytics.daily_funnel to rowbell_analyst, rowbell_operator;
