create or replace view analytics.sweep_durations with (security_barrier = true) as
  select r.sweep_key, r.started_at, r.took, r.seen, r.events, r.sent, r.held_back, r.waiting, r.error is not null as failed
  from notify.sweep_runs as r where r.started_at is not null;
comment on view analytics.sweep_durations is 'How long each run of a sweep took, what it saw, sent and held back.';
comment on column analytics.sweep_durations.sweep_key is 'Which sweep.';
comment on column analytics.sweep_durations.started_at is 'When the run began.';
comment on column analytics.sweep_durations.took is 'How long it took; null: it is not over, or did not end.';
comment on column analytics.sweep_durations.seen is 'Rows that it looked at.';
comment on column analytics.sweep_durations.events is 'Events that it made.';
comment on column analytics.sweep_durations.sent is 'Notifications of these events that were sent.';
comment on column analytics.sweep_durations.held_back is 'Candidates of these events that a rule suppressed.';
comment on column analytics.sweep_durations.waiting is 'Candidates of these events that wait.';
comment on column analytics.sweep_durations.failed is 'Whether it ended with an error.';
grant select on analytics.sweep_durations to rowbell_analyst, rowbell_operator;
