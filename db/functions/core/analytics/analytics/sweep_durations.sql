create or replace view analytics.sweep_durations with (security_barrier = true) as
  select r.sweep_key, r.started_at, r.took, r.seen, r.events, r.sent, r.held_back, r.waiting, r.error is not null as failed
  from notify.sweep_runs as r where r.started_at is not null;
comment on view analytics.sweep_durations is 'How long each run of a sweep took, what it saw, sent and held back.';
grant select on analytics.sweep_durations to rowbell_analyst, rowbell_operator;
