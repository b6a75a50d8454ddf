-- migrate:up

-- squawk-ignore-file renaming-column, renaming-table
set local lock_timeout = '5s';

-- Functions that have another name now (docs/renamed.md). A new database gets them under it from db/functions; in one that has
-- them, what refers to them (triggers, views, grants) stays.
do $$
declare
  renamed record;
begin
  for renamed in
    select p.oid::regprocedure as old_routine, r.new_name
    from (values
    ('notify_private', 'figures', 'delivery_metrics'),
    ('notify_private', 'figures_of', 'metrics_from_counts'),
    ('notify_private', 'figures_scope', 'metrics_scope'),
    ('notify_private', 'figure_bounds', 'metrics_bounds'),
    ('notify_private', 'flat_figures', 'metrics_columns'),
    ('notify_private', 'time_figure', 'duration_metrics'),
    ('notify_private', 'own_statistics', 'rollups_of_person'),
    ('notify_private', 'own_candidates', 'candidates_of_person'),
    ('notify_private', 'close_statistics', 'close_rollups'),
    ('notify_private', 'refresh_statistics', 'refresh_rollups'),
    ('notify_private', 'refresh_day', 'refresh_daily_rollup'),
    ('notify_private', 'refresh_hour', 'refresh_hourly_rollup'),
    ('notify_private', 'statistics_as_of', 'rollups_as_of'),
    ('notify_private', 'statistics_floor', 'rollup_floor'),
    ('notify_private', 'cells_of', 'rollup_rows'),
    ('notify_private', 'metrics', 'prometheus_metrics'),
    ('notify', 'cap_statistics', 'cap_metrics'),
    ('notify', 'deactivation_statistics', 'deactivation_metrics'),
    ('notify', 'push_statistics', 'push_metrics')
    ) as r (schema, old_name, new_name)
    join pg_catalog.pg_namespace as n on n.nspname = r.schema
    join pg_catalog.pg_proc as p on p.pronamespace = n.oid and p.proname = r.old_name
  loop
    execute pg_catalog.format('alter routine %s rename to %I', renamed.old_routine, renamed.new_name);
  end loop;
end
$$;

-- These have other parameters: what they look for are terms.
drop function if exists notify_private.contains_any_term(text, text[]);
drop function if exists notify_private.json_escaped_terms(text[]);
drop function if exists notify_private.notifications_naming(uuid, text[], uuid[], timestamptz);
drop function if exists notify_private.terms_regex(text[]);
drop function if exists notify_private.redact(text, text[]);
drop function if exists notify_private.redact_json(jsonb, text[]);

-- A figure is a metric everywhere, the rows that keep it by hour and day are rollups, a period to be counted anew is dirty.
alter type notify.delivery_figure rename to delivery_metrics;
alter type notify.time_figure rename to duration_metrics;
alter type notify.reason_figure rename to reason_metrics;
alter type notify.cap_statistic rename to cap_metric;
alter type notify.deactivation_statistic rename to deactivation_metric;
alter type notify.push_statistic rename to push_metric;
alter table notify_private.hourly_statistics rename to hourly_rollups;
alter table notify_private.daily_statistics rename to daily_rollups;
alter table notify_private.hourly_outcomes rename to hourly_reason_rollups;
alter table notify_private.daily_outcomes rename to daily_reason_rollups;
alter table notify_private.statistic_marks rename to dirty_periods;
alter table notify_private.statistic_periods rename to rollup_periods;
alter table notify_private.statistics_closed rename to rollups_closed;
alter table notify_private.notification_words rename to search_index_chunks;
alter table notify_private.search_index_chunks rename column words to search_tokens;
comment on column notify_private.search_index_chunks.search_tokens is
  'search_tokens() of each notification, in the order of notification_ids; much the same again and again, hence they compress well.';
comment on table notify_private.search_index_chunks is
  'What the notifications of a stretch of somebody''s, within a month, are found by: compact_search_index() writes it once there are '
  'many. What is in no chunk is read as it is.';
comment on column notify_private.search_index_chunks.id is
  'The first notification of the chunk; no two have it, and it goes with its month.';
update notify.retention_policies as p set table_name = r.new_name
from (values
  ('notify_private.hourly_statistics', 'notify_private.hourly_rollups'),
  ('notify_private.daily_statistics', 'notify_private.daily_rollups'),
  ('notify_private.hourly_outcomes', 'notify_private.hourly_reason_rollups'),
  ('notify_private.daily_outcomes', 'notify_private.daily_reason_rollups'),
  ('notify_private.statistic_marks', 'notify_private.dirty_periods'),
  ('notify_private.statistic_periods', 'notify_private.rollup_periods'),
  ('notify_private.statistics_closed', 'notify_private.rollups_closed'),
  ('notify_private.notification_words', 'notify_private.search_index_chunks')
) as r (old_name, new_name)
where p.table_name = r.old_name;

-- Constraints, indexes and partitions are named after their tables.
do $$
declare
  renamed record;
begin
  for renamed in
    select c.conrelid::regclass as table_name, c.conname as old_name,
      r.new_name || pg_catalog.substr(c.conname, pg_catalog.length(r.old_name) + 1) as new_name
    from (values
      ('hourly_statistics', 'hourly_rollups'), ('daily_statistics', 'daily_rollups'), ('hourly_outcomes', 'hourly_reason_rollups'),
      ('daily_outcomes', 'daily_reason_rollups'), ('statistic_marks', 'dirty_periods'), ('statistic_periods', 'rollup_periods'),
      ('statistics_closed', 'rollups_closed'), ('notification_words', 'search_index_chunks')
    ) as r (old_name, new_name)
    join pg_catalog.pg_constraint as c on pg_catalog.starts_with(c.conname, r.old_name || '_') and c.conparentid = 0 and c.coninhcount = 0
    where c.connamespace = 'notify_private'::regnamespace
  loop
    execute pg_catalog.format('alter table %s rename constraint %I to %I', renamed.table_name, renamed.old_name, renamed.new_name);
  end loop;
  for renamed in
    select c.relkind, c.relname as old_name, r.new_name || pg_catalog.substr(c.relname, pg_catalog.length(r.old_name) + 1) as new_name
    from (values
      ('hourly_statistics', 'hourly_rollups'), ('daily_statistics', 'daily_rollups'), ('hourly_outcomes', 'hourly_reason_rollups'),
      ('daily_outcomes', 'daily_reason_rollups'), ('statistic_marks', 'dirty_periods'), ('statistic_periods', 'rollup_periods'),
      ('statistics_closed', 'rollups_closed'), ('notification_words', 'search_index_chunks')
    ) as r (old_name, new_name)
    join pg_catalog.pg_class as c on pg_catalog.starts_with(c.relname, r.old_name || '_') and c.relkind in ('r', 'i', 'I')
    where c.relnamespace = 'notify_private'::regnamespace
  loop
    execute pg_catalog.format('alter %s notify_private.%I rename to %I',
      case renamed.relkind when 'r' then 'table' else 'index' end, renamed.old_name, renamed.new_name);
  end loop;
end
$$;

-- What waits for quiet hours or a digest is no delivery yet, it is a hold: nothing ever set the status "held".
alter table notify.deliveries drop constraint deliveries_status_is_known;
alter table notify.deliveries add constraint deliveries_status_is_known check (
  status in ('queued', 'sending', 'sent', 'delivered', 'failed', 'suppressed', 'expired', 'canceled', 'unknown')
) not valid;
comment on column notify_private.hourly_rollups.waiting is 'Queued or being sent.';
comment on column notify_private.daily_rollups.waiting is 'Queued or being sent.';
comment on type notify.delivery_metrics is
  'What became of the deliveries made between two instants, however much later; each metric is defined in docs/analytics.md. '
  'type_key and channel are null where all are counted together, a rate where there is nothing it could be a share of.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
