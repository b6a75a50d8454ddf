create or replace function notify_private.past_types(changes jsonb) returns setof notify_private.past_type
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with version as (
    select
      v.key, coalesce(lag(v.until) over (partition by v.key order by v.until, v.id), '-infinity') as since, v.until, v.type
    from (
      select c.id, c.key, c.changed_at as until, c.old as type
      from notify.preference_changes as c where c.user_id is null and c.scope = 'default'
      union all
      select null, t.key, 'infinity', to_jsonb(t) from notify.notification_types as t
    ) as v
  )
  select v.since as since, v.until as until, r::notify.notification_types as type
  from version as v
  join notify.notification_types as t on t.key = v.key
  cross join lateral jsonb_populate_record(t, v.type || coalesce(changes -> 'types' -> v.key, '{}')) as r
  where v.since < v.until and v.type is not null
$$;
comment on function notify_private.past_types(jsonb) is
  'The notification types of each time, from the record of their changes, with what a back-test is asked to change. Whether that is '
  'valid is for changed_types() to say.';
