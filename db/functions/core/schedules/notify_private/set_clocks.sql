create or replace function notify_private.set_clocks(schedule_ids uuid[], after timestamptz) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  insert into notify.schedule_clocks (schedule_id, time_zone, next_at)
  select s.id, z.name, notify_private.next_occurrence(s, z.name, after, null)
  from notify.schedules as s
  left join notify.users as u on u.id = s.user_id
  cross join lateral (
    select coalesce(s.time_zone, u.time_zone, 'UTC') as name where s.time_zone is not null or s.user_id is not null
    union all
    -- All that a person could name, so that nobody is missed whose zone turns up later.
    select n.name from unnest(notify_hidden.iana_time_zones()) as n (name)
    where s.time_zone is null and s.user_id is null and notify_hidden.is_time_zone(n.name)
  ) as z
  where s.id = any (schedule_ids) and s.canceled_at is null
  on conflict (schedule_id, time_zone) do nothing
$$;
comment on function notify_private.set_clocks(uuid[], timestamptz) is
  'Gives schedules the clocks that they lack: one, or for a schedule of everybody one a zone that PostgreSQL knows.';

-- At each deploy, as PostgreSQL may have come to know new zones.
do $$
begin
  perform notify_private.set_clocks(array(
    select s.id from notify.schedules as s where s.user_id is null and s.time_zone is null and s.canceled_at is null
  ), now());
end
$$;
