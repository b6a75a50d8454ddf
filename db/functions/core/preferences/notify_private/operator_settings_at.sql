create or replace function notify_private.operator_settings_at(at timestamptz) returns setof notify.settings
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select r.*
  from notify.settings as s
  left join lateral (
    select c.old from notify.preference_changes as c
    where c.user_id is null and c.scope = 'settings' and c.changed_at > at
    order by c.changed_at, c.id limit 1
  ) as l on true
  cross join lateral jsonb_populate_record(s, coalesce(l.old, '{}')) as r
$$;
comment on function notify_private.operator_settings_at(timestamptz) is
  'The operators'' settings as they were at an instant; at null: as they are.';
