-- migrate:up
set local lock_timeout = '5s';

-- Functions that answer with other columns now; db/functions makes them, and the views on them, anew.
drop function if exists notify_private.metrics_columns(notify_private.hourly_rollups) cascade;
drop function if exists notify_private.rollup_rows(timestamptz);
drop function if exists notify_private.candidates_of_person(uuid, timestamptz, timestamptz, text[], text[]);

-- One generation of metrics: pushes that were followed by opening the app are counted in the rollups, as everything of deliveries is.
drop type notify.delivery_metrics cascade;
create type notify.delivery_metrics as (
  starts_at timestamptz, ends_at timestamptz, type_key text, channel text,
  held_back bigint, deliveries bigint, waiting bigint, sent bigint, delivered bigint, failed bigint, expired bigint, canceled bigint,
  suppressed bigint, unknown bigint, tracked bigint, read bigint, clicked bigint, leavable bigint, unsubscribed bigint,
  retried bigint, retries bigint, recovered bigint, given_up bigint, pushes bigint, app_opens bigint,
  delivery_rate double precision, failure_rate double precision, read_rate double precision, click_rate double precision,
  unsubscribe_rate double precision, retry_success_rate double precision, app_open_rate double precision,
  time_to_deliver notify.duration_metrics, time_to_read notify.duration_metrics, time_to_click notify.duration_metrics,
  computed_at timestamptz
);
comment on type notify.delivery_metrics is
  'What became of the deliveries made between two instants, however much later; each metric is defined in docs/analytics.md. '
  'type_key and channel are null where all are counted together, a rate where there is nothing it could be a share of.';
alter table notify_private.hourly_rollups
  add column pushes bigint not null default 0,
  add column app_opens bigint not null default 0;
alter table notify_private.daily_rollups
  add column pushes bigint not null default 0,
  add column app_opens bigint not null default 0;
alter table notify_private.hourly_rollups alter column pushes drop default, alter column app_opens drop default;
alter table notify_private.daily_rollups alter column pushes drop default, alter column app_opens drop default;
comment on column notify_private.hourly_rollups.pushes is 'Deliveries by push that were sent.';
comment on column notify_private.hourly_rollups.app_opens is 'Of these, those whose person came to the app within 24 hours.';
comment on column notify_private.daily_rollups.pushes is 'Deliveries by push that were sent.';
comment on column notify_private.daily_rollups.app_opens is 'Of these, those whose person came to the app within 24 hours.';
drop type notify.push_metric cascade;
drop type notify.outcome_total cascade;
create type notify.subject_total as (day date, type_key text, channel text, status text, reason text, total bigint);
comment on type notify.subject_total is 'How many candidates of a subject stand where, and why.';

-- An event for one device (a test push) says so in a column; data is the application's.
alter table notify.events add column only_device_id uuid;
comment on column notify.events.only_device_id is
  'The one device that the event''s pushes go to (a test push); null: all devices of each recipient. The engine alone writes it.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
