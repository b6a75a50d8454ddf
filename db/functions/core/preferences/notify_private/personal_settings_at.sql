create or replace function notify_private.personal_settings_at(user_id uuid, at timestamptz) returns setof notify.personal_settings
language sql stable
as $$
  select r.*
  from (values (personal_settings_at.user_id)) as i (id)
  left join lateral (
    select c.old, true as is_changed from notify.preference_changes as c
    where c.user_id = i.id and c.scope = 'personal' and c.changed_at > personal_settings_at.at
    order by c.changed_at, c.id limit 1
  ) as l on true
  left join notify.personal_settings as now on now.user_id = i.id and l.is_changed is null
  cross join lateral pg_catalog.jsonb_populate_record(now, coalesce(l.old, '{}')) as r
$$;
comment on function notify_private.personal_settings_at(uuid, timestamptz) is
  'What a person had decided for everything at an instant: the old value of the first '
  'change after it, or the present one. Always one row; what they had not decided is null.';
