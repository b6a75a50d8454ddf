-- migrate:up
set local lock_timeout = '5s';

-- Metrics of deliveries. How they are kept, and why so: docs/decisions/0006-analytics.md.

-- The storage parameters: rows live for a minute: swept often, so that it stays as small as what waits.
create table notify_private.dirty_periods (
  span text not null constraint dirty_periods_span_is_known check (span in ('notifications', 'hour', 'day')),
  starts_at timestamptz not null,
  announced_at timestamptz not null default now(),
  marked_at timestamptz not null default now()
) with (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 5000
);
alter table notify_private.dirty_periods enable row level security;
create index dirty_periods_span_starts_at_idx on notify_private.dirty_periods (span, starts_at);
comment on table notify_private.dirty_periods is
  'What is to be counted again, because something of it changed; a row a statement that changed it, taken away by the transaction that '
  'counts. No key and no upsert: who marks never waits for anybody.';
comment on column notify_private.dirty_periods.span is
  'hour: an hour of deliveries and candidates. notifications: notifications made in that hour, which means the hours of their '
  'deliveries. day: counted from its hours.';
comment on column notify_private.dirty_periods.announced_at is
  'Since when what it announces is not counted: marked_at, or where it was counted in a shorter period first, when that was marked.';
comment on column notify_private.dirty_periods.marked_at is 'When the transaction that marked began.';

create table notify_private.rollup_periods (
  span text not null constraint rollup_periods_span_is_known check (span in ('notifications', 'hour', 'day')),
  starts_at timestamptz not null,
  computed_at timestamptz,
  took interval,
  primary key (span, starts_at),
  constraint rollup_periods_took_iff_computed check ((computed_at is null) = (took is null))
);
alter table notify_private.rollup_periods enable row level security;
create index rollup_periods_starts_at_idx on notify_private.rollup_periods (starts_at);
comment on table notify_private.rollup_periods is
  'When each period was counted last and how long that took: what takes long is counted less often. Whoever counts a period holds its '
  'row.';

create table notify_private.rollups_closed (
  before timestamptz not null default '-infinity',
  one boolean primary key default true constraint rollups_closed_has_one_row check (one)
);
alter table notify_private.rollups_closed enable row level security;
insert into notify_private.rollups_closed default values;
comment on table notify_private.rollups_closed is
  'Hours before this instant are never counted again, since rows they count may be gone. Held in share by whoever counts, alone by '
  'whoever lets rows go.';

create table notify_private.hourly_rollups (
  starts_at timestamptz not null,
  type_key text,
  channel text,
  deliveries bigint not null,
  sent bigint not null,
  delivered bigint not null,
  tracked bigint not null,
  read bigint not null,
  clicked bigint not null,
  leavable bigint not null,
  unsubscribed bigint not null,
  failed bigint not null,
  expired bigint not null,
  canceled bigint not null,
  suppressed bigint not null,
  unknown bigint not null,
  waiting bigint not null,
  held_back bigint not null,
  retried bigint not null,
  retries bigint not null,
  recovered bigint not null,
  given_up bigint not null,
  delivery_times bigint not null,
  delivery_time interval not null,
  delivery_histogram bigint[] not null,
  read_times bigint not null,
  read_time interval not null,
  read_histogram bigint[] not null,
  click_times bigint not null,
  click_time interval not null,
  click_histogram bigint[] not null,
  pushes bigint not null,
  app_opens bigint not null
);
alter table notify_private.hourly_rollups enable row level security;
create unique index hourly_rollups_type_key_channel_starts_at_key
  on notify_private.hourly_rollups (type_key, channel, starts_at) nulls not distinct;
create index hourly_rollups_starts_at_idx on notify_private.hourly_rollups (starts_at);
comment on table notify_private.hourly_rollups is
  'What became of the deliveries made in an hour (UTC), however much later, by type and channel; and of them by type alone, by channel '
  'alone, and together: null says all. Counts what notify.delivery_timelines says, without tests.';
comment on column notify_private.hourly_rollups.starts_at is 'The hour of the delivery''s id; of the event''s id for held_back.';
comment on column notify_private.hourly_rollups.type_key is 'Null: all types together.';
comment on column notify_private.hourly_rollups.channel is 'Null: all channels together.';
comment on column notify_private.hourly_rollups.tracked is 'Of which reading can be known: what read and clicked are a share of.';
comment on column notify_private.hourly_rollups.leavable is
  'Of which the person could have left by a link in it: what unsubscribed is a share of.';
comment on column notify_private.hourly_rollups.suppressed is 'Deliveries that were made and then not tried.';
comment on column notify_private.hourly_rollups.waiting is 'Queued or being sent.';
comment on column notify_private.hourly_rollups.held_back is 'Candidates that a rule suppressed: no delivery was made of them.';
comment on column notify_private.hourly_rollups.retried is 'Deliveries that were tried more than once.';
comment on column notify_private.hourly_rollups.retries is 'Tries after the first.';
comment on column notify_private.hourly_rollups.recovered is 'Of those retried: a provider took it in the end.';
comment on column notify_private.hourly_rollups.given_up is 'Of those retried: over, and none did.';
comment on column notify_private.hourly_rollups.delivery_times is
  'Deliveries whose time_to_deliver is known; delivery_time is their sum, delivery_histogram how often each.';
comment on column notify_private.hourly_rollups.delivery_histogram is
  'An element for each bucket that has any, by bucket: the bucket of notify_private.histogram_bucket() in the bits above 40, how many '
  'below. Arrays one after another are the histogram of their sum.';
comment on column notify_private.hourly_rollups.pushes is 'Deliveries by push that were sent.';
comment on column notify_private.hourly_rollups.app_opens is 'Of these, those whose person came to the app within 24 hours.';

create table notify_private.daily_rollups (like notify_private.hourly_rollups including constraints including comments);
alter table notify_private.daily_rollups enable row level security;
create unique index daily_rollups_type_key_channel_starts_at_key
  on notify_private.daily_rollups (type_key, channel, starts_at) nulls not distinct;
create index daily_rollups_starts_at_idx on notify_private.daily_rollups (starts_at);
comment on table notify_private.daily_rollups is 'The hours of a UTC day together; they outlive the hours.';
comment on column notify_private.daily_rollups.starts_at is 'Midnight, UTC.';

create table notify_private.hourly_reason_rollups (
  starts_at timestamptz not null,
  type_key text not null,
  channel text not null,
  status text not null,
  reason text,
  candidates bigint not null
);
alter table notify_private.hourly_reason_rollups enable row level security;
create unique index hourly_reason_rollups_key
  on notify_private.hourly_reason_rollups (starts_at, type_key, channel, status, reason) nulls not distinct;
comment on table notify_private.hourly_reason_rollups is
  'How many deliveries made in an hour (UTC) have which status and reason; with status "held_back", how many candidates a rule '
  'suppressed, in the hour of their event.';

create table notify_private.daily_reason_rollups (like notify_private.hourly_reason_rollups including constraints including comments);
alter table notify_private.daily_reason_rollups enable row level security;
create unique index daily_reason_rollups_key
  on notify_private.daily_reason_rollups (starts_at, type_key, channel, status, reason) nulls not distinct;
comment on table notify_private.daily_reason_rollups is 'The hours of a UTC day together; they outlive the hours.';

create table notify_private.hourly_breakdowns (
  starts_at timestamptz not null,
  dimension text not null constraint hourly_breakdowns_dimension_is_known check (dimension in ('provider', 'locale', 'region')),
  value text,
  type_key text not null,
  channel text not null,
  deliveries bigint not null,
  sent bigint not null,
  delivered bigint not null,
  failed bigint not null,
  hard_bounced bigint not null,
  soft_bounced bigint not null,
  complained bigint not null,
  tracked bigint not null,
  read bigint not null,
  clicked bigint not null,
  leavable bigint not null,
  unsubscribed bigint not null
);
alter table notify_private.hourly_breakdowns enable row level security;
create unique index hourly_breakdowns_key
  on notify_private.hourly_breakdowns (starts_at, dimension, value, type_key, channel) nulls not distinct;
comment on table notify_private.hourly_breakdowns is
  'The deliveries made in an hour (UTC) by type, channel and one more dimension: by provider, by the language of their recipients, or '
  'by their region. Each dimension by itself: rows of all three together would be about few people, and many more.';
comment on column notify_private.hourly_breakdowns.value is
  'Which provider, locale or region; the last two as the person had it when the hour was counted. Null: the person''s region is not known.';

create table notify_private.daily_breakdowns (like notify_private.hourly_breakdowns including constraints including comments);
alter table notify_private.daily_breakdowns enable row level security;
create unique index daily_breakdowns_key
  on notify_private.daily_breakdowns (starts_at, dimension, value, type_key, channel) nulls not distinct;
comment on table notify_private.daily_breakdowns is 'The hours of a UTC day together; they outlive the hours.';

create type notify.duration_metrics as (
  known bigint, average_seconds double precision, p50_seconds double precision, p90_seconds double precision,
  p95_seconds double precision, p99_seconds double precision
);
comment on type notify.duration_metrics is $$
@nullable average_seconds p50_seconds p90_seconds p95_seconds p99_seconds
How long something took: of how many deliveries that is known, their average, and the times within which half of them
and 90, 95 and 99 % were. Percentiles are at most 4.5 % off; null where none is known.
$$;

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
comment on type notify.delivery_metrics is $$
@nullable type_key channel delivery_rate failure_rate read_rate click_rate unsubscribe_rate retry_success_rate app_open_rate
What became of the deliveries made between two instants, however much later; each metric is defined in
docs/analytics.md. type_key and channel are null where all are counted together, a rate where there is nothing it could
be a share of.
$$;

create type notify.reason_metrics as (channel text, status text, reason text, candidates bigint, share double precision);
comment on type notify.reason_metrics is $$
@nullable reason
@values status CandidateStatus: held_back queued sending sent delivered failed suppressed expired canceled unknown
Why something did not arrive: how often, and as a share of everything that could have been told by that channel. Status
"held_back": a rule suppressed it.
$$;

create type notify.cap_metric as (day date, people bigint, capped bigint, capped_share numeric);
comment on type notify.cap_metric is
  'People to whom something on a capped channel was sent or held back by the daily cap on a UTC day, and how many of them the cap '
  'reached.';

create type notify.deactivation_metric as (day date, provider text, reason text, tokens bigint);
comment on type notify.deactivation_metric is 'Tokens that a provider said are gone, by UTC day and reason.';

create type notify.subject_total as (day date, type_key text, channel text, status text, reason text, total bigint);
comment on type notify.subject_total is $$
@nullable reason
@values status CandidateStatus: held_back queued sending sent delivered failed suppressed expired canceled unknown
How many candidates of a subject stand where, and why.
$$;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
