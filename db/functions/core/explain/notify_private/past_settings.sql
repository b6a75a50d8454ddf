create or replace function notify_private.past_settings(changes jsonb) returns setof notify_private.past_settings
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with change as (
    select c.id, c.changed_at, c.old from notify.preference_changes as c where c.user_id is null and c.scope = 'settings'
  ),
  version as (
    -- What held until each change, and what holds since the last.
    select
      coalesce(lag(v.until) over (order by v.until, v.id), '-infinity') as since, v.until, v.old
    from (
      select c.id, c.changed_at as until, c.old from change as c
      union all
      select null, 'infinity', null
    ) as v
  )
  -- What a later column would have said then is not known: it says what it says now.
  select v.since as since, v.until as until, r::notify.settings as settings
  from version as v
  cross join notify.settings as s
  cross join lateral jsonb_populate_record(s, coalesce(v.old, '{}') || (changes - 'types')) as r
  where v.since < v.until
$$;
comment on function notify_private.past_settings(jsonb) is
  'The operators'' settings of each time, from the record of their changes, with what a back-test is asked to change. Whether that is '
  'valid is for changed_settings() to say.';
