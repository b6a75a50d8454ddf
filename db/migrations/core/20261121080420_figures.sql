-- migrate:up
set local lock_timeout = '5s';

create type notify.time_figure as (
  known bigint, average_seconds double precision,
  p50_seconds double precision, p90_seconds double precision, p95_seconds double precision, p99_seconds double precision
);
comment on type notify.time_figure is
  'How long something took: of how many deliveries that is known, their average, and the times within which half of them and 90, 95 and 99 % were. Percentiles are at most 4.5 % off; null where none is known.';

create type notify.delivery_figure as (
  starts_at timestamptz, ends_at timestamptz, type_key text, channel text,
  held_back bigint, deliveries bigint, waiting bigint, sent bigint, delivered bigint, failed bigint, expired bigint, canceled bigint, suppressed bigint,
  unknown bigint, tracked bigint, read bigint, clicked bigint, leavable bigint, unsubscribed bigint,
  retried bigint, retries bigint, recovered bigint, given_up bigint,
  delivery_rate double precision, failure_rate double precision, read_rate double precision, click_rate double precision,
  unsubscribe_rate double precision, retry_success_rate double precision,
  time_to_deliver notify.time_figure, time_to_read notify.time_figure, time_to_click notify.time_figure,
  computed_at timestamptz
);
comment on type notify.delivery_figure is
  'What became of the deliveries made between two instants, however much later; each figure is defined in docs/analytics.md. type_key and channel are null where all are counted together, a rate where there is nothing it could be a share of.';

create type notify.reason_figure as (channel text, status text, reason text, candidates bigint, share double precision);
comment on type notify.reason_figure is
  'Why something did not arrive: how often, and as a share of everything that could have been told by that channel. Status "held_back": a rule suppressed it.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
