create or replace function notify_private.tg_users__move_counters() returns trigger
language plpgsql volatile
-- Definer: the application that writes people has no business in what was counted.
security definer set search_path = pg_catalog, pg_temp
-- Old and new rows are joined by hash, however many there were when this was planned.
set enable_nestloop = off
as $$
declare
  moved constant uuid[] := array(
    select n.id from new_rows as n join old_rows as o on o.id = n.id where n.time_zone is distinct from o.time_zone
  );
  counters notify_private.daily_counters[];
begin
  if pg_catalog.cardinality(moved) = 0 then
    return null;
  end if;
  -- Planners hold the person while they read or count, as this statement does.
  with gone as (delete from notify_private.daily_counters as c where c.recipient_id = any (moved) returning c)
  select pg_catalog.array_agg(g.c) into counters from gone as g;
  insert into notify_private.daily_counters (recipient_id, day, channel, count, sent_at)
  select
    x.recipient_id, x.day, x.channel, sum(x.count),
    coalesce(pg_catalog.array_agg(x.sent_at order by x.sent_at) filter (where x.sent_at is not null), '{}')
  from (
    select c.recipient_id, (i.sent_at at time zone notify_hidden.clock_zone(coalesce(u.time_zone, 'UTC')))::date as day, c.channel,
      1 as count, i.sent_at
    from unnest(counters) as c
    join new_rows as u on u.id = c.recipient_id
    cross join lateral unnest(c.sent_at) as i (sent_at)
    union all
    -- What is counted without its instant stays where it is.
    select c.recipient_id, c.day, c.channel, c.count - pg_catalog.cardinality(c.sent_at), null
    from unnest(counters) as c where c.count > pg_catalog.cardinality(c.sent_at)
  ) as x
  group by x.recipient_id, x.day, x.channel;
  return null;
end
$$;
comment on function notify_private.tg_users__move_counters() is
  'Who changes their time zone has what they were sent counted by the days of the new one: the daily cap is about the day that their '
  'clock shows now. So planning looks at one day''s rows, and not for moves.';

create or replace trigger _500_move_counters after update on notify.users
  referencing old table as old_rows new table as new_rows for each statement execute function notify_private.tg_users__move_counters();
