-- migrate:up
set local lock_timeout = '5s';

-- How the figures are kept, and why so: docs/decisions/0006-analytics.md.

create table notify_private.statistic_marks (
  span text not null constraint statistic_marks_span_is_known check (span in ('notifications', 'hour', 'day')),
  starts_at timestamptz not null,
  marked_at timestamptz not null default now()
-- Rows live for a minute: swept often, so that it stays as small as what waits.
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000);
alter table notify_private.statistic_marks enable row level security;
create index statistic_marks_span_starts_at_idx on notify_private.statistic_marks (span, starts_at);
comment on table notify_private.statistic_marks is
  'What is to be counted again, because something of it changed; a row a statement that changed it, taken away by the transaction that counts. No key and no upsert: who marks never waits for anybody.';
comment on column notify_private.statistic_marks.span is
  'hour: an hour of deliveries and candidates. notifications: notifications made in that hour, which means the hours of their deliveries. day: counted from its hours.';
comment on column notify_private.statistic_marks.marked_at is 'When the transaction that marked began.';

create table notify_private.statistic_periods (
  span text not null constraint statistic_periods_span_is_known check (span in ('notifications', 'hour', 'day')),
  starts_at timestamptz not null,
  computed_at timestamptz,
  took interval,
  primary key (span, starts_at),
  constraint statistic_periods_took_iff_computed check ((computed_at is null) = (took is null))
);
alter table notify_private.statistic_periods enable row level security;
create index statistic_periods_starts_at_idx on notify_private.statistic_periods (starts_at);
comment on table notify_private.statistic_periods is
  'When each period was counted last and how long that took: what takes long is counted less often. Whoever counts a period holds its row.';

create table notify_private.statistics_closed (
  before timestamptz not null default '-infinity',
  one boolean primary key default true constraint statistics_closed_has_one_row check (one)
);
alter table notify_private.statistics_closed enable row level security;
insert into notify_private.statistics_closed default values;
comment on table notify_private.statistics_closed is
  'Hours before this instant are never counted again, since rows they count may be gone. Held in share by whoever counts, alone by whoever lets rows go.';

create table notify_private.hourly_statistics (
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
  click_histogram bigint[] not null
);
alter table notify_private.hourly_statistics enable row level security;
create unique index hourly_statistics_type_key_channel_starts_at_key
  on notify_private.hourly_statistics (type_key, channel, starts_at) nulls not distinct;
create index hourly_statistics_starts_at_idx on notify_private.hourly_statistics (starts_at);
comment on table notify_private.hourly_statistics is
  'What became of the deliveries made in an hour (UTC), however much later, by type and channel; and of them by type alone, by channel alone, and together: null says all. Counts what notify.delivery_timelines says, without tests.';
comment on column notify_private.hourly_statistics.starts_at is 'The hour of the delivery''s id; of the event''s id for held_back.';
comment on column notify_private.hourly_statistics.type_key is 'Null: all types together.';
comment on column notify_private.hourly_statistics.channel is 'Null: all channels together.';
comment on column notify_private.hourly_statistics.tracked is 'Of which reading can be known: what read and clicked are a share of.';
comment on column notify_private.hourly_statistics.leavable is 'Of which the person could have left by a link in it: what unsubscribed is a share of.';
comment on column notify_private.hourly_statistics.suppressed is 'Deliveries that were made and then not tried.';
comment on column notify_private.hourly_statistics.waiting is 'Held, queued or being sent.';
comment on column notify_private.hourly_statistics.held_back is 'Candidates that a rule suppressed: no delivery was made of them.';
comment on column notify_private.hourly_statistics.retried is 'Deliveries that were tried more than once.';
comment on column notify_private.hourly_statistics.retries is 'Tries after the first.';
comment on column notify_private.hourly_statistics.recovered is 'Of those retried: a provider took it in the end.';
comment on column notify_private.hourly_statistics.given_up is 'Of those retried: over, and none did.';
comment on column notify_private.hourly_statistics.delivery_times is 'Deliveries whose time_to_deliver is known; delivery_time is their sum, delivery_histogram how often each.';
comment on column notify_private.hourly_statistics.delivery_histogram is
  'An element for each bucket that has any, by bucket: the bucket of notify_private.bucket_of() in the bits above 40, how many below. Arrays one after another are the histogram of their sum.';

create table notify_private.daily_statistics (like notify_private.hourly_statistics including constraints including comments);
alter table notify_private.daily_statistics enable row level security;
create unique index daily_statistics_type_key_channel_starts_at_key
  on notify_private.daily_statistics (type_key, channel, starts_at) nulls not distinct;
create index daily_statistics_starts_at_idx on notify_private.daily_statistics (starts_at);
comment on table notify_private.daily_statistics is 'The hours of a UTC day together; they outlive the hours.';
comment on column notify_private.daily_statistics.starts_at is 'Midnight, UTC.';

create table notify_private.hourly_outcomes (
  starts_at timestamptz not null,
  type_key text not null,
  channel text not null,
  status text not null,
  reason text,
  candidates bigint not null
);
alter table notify_private.hourly_outcomes enable row level security;
create unique index hourly_outcomes_starts_at_type_key_channel_status_reason_key
  on notify_private.hourly_outcomes (starts_at, type_key, channel, status, reason) nulls not distinct;
comment on table notify_private.hourly_outcomes is
  'How many deliveries made in an hour (UTC) have which status and reason; with status "held_back", how many candidates a rule suppressed, in the hour of their event.';

create table notify_private.daily_outcomes (like notify_private.hourly_outcomes including constraints including comments);
alter table notify_private.daily_outcomes enable row level security;
create unique index daily_outcomes_starts_at_type_key_channel_status_reason_key
  on notify_private.daily_outcomes (starts_at, type_key, channel, status, reason) nulls not distinct;
comment on table notify_private.daily_outcomes is 'The hours of a UTC day together; they outlive the hours.';

insert into notify.retention_policies (table_name, keep, at_least, age_column, reason) values
  ('notify_private.hourly_statistics', '13 months', '35 days', 'starts_at', 'A year by the hour and the month to compare it with; has no person'),
  ('notify_private.hourly_outcomes', '13 months', '35 days', 'starts_at', 'As the hours'),
  ('notify_private.daily_statistics', '5 years', '35 days', 'starts_at', 'Years to compare; a day of forty types on five channels is a quarter of a megabyte, and has no person'),
  ('notify_private.daily_outcomes', '5 years', '35 days', 'starts_at', 'As the days'),
  ('notify_private.statistic_periods', '5 years', '35 days', 'starts_at', 'As the days');
insert into notify.retention_policies (table_name, reason) values
  ('notify_private.statistic_marks', 'Gone once what they announce is counted'),
  ('notify_private.statistics_closed', 'One row');

-- What is there already: every hour from the first of it.
insert into notify_private.statistic_marks (span, starts_at)
select 'hour', h
from (
  select date_bin('1 hour', least(
    (select uuid_extract_timestamp(e.id) from notify.events as e order by e.id limit 1),
    (select uuid_extract_timestamp(d.id) from notify.deliveries as d order by d.id limit 1)), 'epoch') as first
) as f
cross join lateral generate_series(f.first, now(), '1 hour') as h;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
