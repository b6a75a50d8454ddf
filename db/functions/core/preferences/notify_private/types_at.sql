create or replace function notify_private.types_at(at timestamptz) returns setof notify.notification_types
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with later as (
    select distinct on (c.key) c.key, c.old
    from notify.preference_changes as c
    where c.user_id is null and c.scope = 'default' and c.changed_at > at
    order by c.key, c.changed_at, c.id
  )
  -- What a later column would have said then is not known: it says what it says now.
  select r.*
  from notify.notification_types as t
  full join later as l on l.key = t.key
  cross join lateral jsonb_populate_record(t, coalesce(l.old, '{}')) as r
  where l.key is null or l.old is not null
$$;
comment on function notify_private.types_at(timestamptz) is
  'The notification types as they were at an instant: the old value of '
  'the first change after it, or the present one. At null: as they are.';
