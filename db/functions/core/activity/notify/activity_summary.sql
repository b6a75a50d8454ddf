create or replace function notify.activity_summary(since timestamptz default null,
  until timestamptz default null, user_id uuid default null)
returns setof notify.activity_count
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with mine as (
    select a.type, a.status, (a.created_at at time zone notify_hidden.clock_zone(z.name))::date::text as day
    from notify.activities as a
    -- Days are the caller's own.
    cross join (select coalesce((select u.time_zone from notify.users as u
      where u.id = notify_hidden.current_user_id()), 'UTC') as name) as z
    where (activity_summary.user_id is null or a.user_id = activity_summary.user_id)
      and (activity_summary.since is null or a.created_at >= activity_summary.since)
      and (activity_summary.until is null or a.created_at < activity_summary.until)
  )
  select
    case when grouping(type) = 0 then 'type' when grouping(status) = 0 then 'status' else 'day' end as dimension,
    coalesce(type, status, day) as value,
    count(*) as count
  from mine group by grouping sets ((type), (status), (day))
  order by 1, 2
$$;
comment on function notify.activity_summary(timestamptz, timestamptz, uuid) is
  'How many activities the caller has by type, by status and by day of their own time zone; operators '
  'count everybody''s, or user_id''s, in days of their own zone, else UTC. since is included, until is not.';
grant execute on function notify.activity_summary(timestamptz, timestamptz, uuid) to rowbell_user, rowbell_operator;
