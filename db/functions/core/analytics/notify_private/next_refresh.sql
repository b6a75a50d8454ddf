create or replace function notify_private.next_refresh(period notify_private.rollup_periods) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select period.computed_at
    + greatest(
      20 * period.took,
      least((period.computed_at - period.starts_at - case period.span when 'day' then interval '24 hours'
        else interval '1 hour' end) / 50, interval '1 day'))
$$;
comment on function notify_private.next_refresh(notify_private.rollup_periods) is
  'When a period may be counted again: no more than a twentieth of the time goes into it, '
  'and what is old changes little, so it waits for a fiftieth of the time since its end.';
