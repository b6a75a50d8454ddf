-- Without settings of its own, so that it is inlined.
create or replace function notify_private.time_zone_at(user_id uuid, at timestamptz) returns table (zone text)
language sql stable
as $$
  select coalesce(case when l.is_changed then l.old ->> 'time_zone' else u.time_zone end, 'UTC')
  from notify.users as u
  left join lateral (
    select c.old, true as is_changed from notify.preference_changes as c
    where c.user_id = u.id and c.scope = 'user' and c.changed_at > time_zone_at.at
    order by c.changed_at, c.id limit 1
  ) as l on true
  where u.id = time_zone_at.user_id
$$;
comment on function notify_private.time_zone_at(uuid, timestamptz) is
  'The time zone in which a person lived at an instant: the old value of the first change after it, or the present one; UTC where none '
  'is known. A set, because only those are inlined.';
