create or replace function notify_private.due_periods(span text, at_once boolean default false) returns setof timestamptz
language sql stable
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select m.starts_at
  from (select distinct k.starts_at from notify_private.dirty_periods as k where k.span = due_periods.span) as m
  left join notify_private.rollup_periods as p on p.span = due_periods.span and p.starts_at = m.starts_at
  where due_periods.at_once or p.computed_at is null or pg_catalog.clock_timestamp() >= notify_private.next_refresh(p)
    -- Counted in what is the future again, by a clock that has been set back.
    or p.computed_at > pg_catalog.clock_timestamp()
  order by m.starts_at desc
$$;
comment on function notify_private.due_periods(text, boolean) is
  'The marked periods of a span that may be counted again by now, newest first; at_once: all that are marked.';
grant execute on function notify_private.due_periods(text, boolean) to rowbell_worker;
