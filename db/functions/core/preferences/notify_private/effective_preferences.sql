create or replace function notify_private.effective_preferences(user_id uuid, at timestamptz) returns setof notify.effective_preference
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with later as (
    select distinct on (c.scope, c.key, c.channel) c.scope, c.key, c.channel, c.old
    from notify.preference_changes as c
    where c.user_id = effective_preferences.user_id and c.scope in ('type', 'category') and c.changed_at > at
    order by c.scope, c.key, c.channel, c.changed_at, c.id
  ),
  present as (
    select 'type' as scope, p.type_key as key, p.channel, p.enabled, p.frequency
    from notify.preferences as p where p.user_id = effective_preferences.user_id
    union all
    select 'category', p.category, p.channel, p.enabled, p.frequency
    from notify.category_preferences as p where p.user_id = effective_preferences.user_id
  ),
  choice as (
    select p.* from present as p
    where not exists (select from later as l where l.scope = p.scope and l.key = p.key and l.channel = p.channel)
    union all
    select l.scope, l.key, l.channel, (l.old ->> 'enabled')::boolean, l.old ->> 'frequency' from later as l where l.old is not null
  )
  select t.key as type_key, t.pack, t.category, c.channel, e.enabled, e.source, f.frequency, f.source as frequency_source
  from notify_private.types_at(at) as t
  cross join unnest(t.channels) as c (channel)
  left join choice as o on o.scope = 'type' and o.key = t.key and o.channel = c.channel
  left join lateral (
    -- The category "all" says what holds for categories they said nothing of.
    select x.enabled, x.frequency from choice as x
    where x.scope = 'category' and x.key in (t.category, 'all') and x.channel = c.channel
    order by x.key = 'all' limit 1
  ) as g on true
  cross join lateral (
    select x.enabled, x.source
    from (values
      (1, case when c.channel = any (t.locked_channels) then true end, 'locked'),
      (2, o.enabled, 'own'),
      (3, g.enabled, 'category'),
      (4, c.channel = any (t.default_channels), 'default')
    ) as x (place, enabled, source)
    where x.enabled is not null order by x.place limit 1
  ) as e
  cross join lateral (
    select
      -- There are digests of push and email only.
      case when x.frequency in ('daily', 'weekly') and c.channel not in ('push', 'email') then 'instant' else x.frequency end as frequency,
      x.source
    from (values
      (1, case when c.channel = any (t.locked_channels) then 'instant' end, 'locked'),
      (2, o.frequency, 'own'),
      (3, g.frequency, 'category'),
      (4, t.default_frequency, 'default')
    ) as x (place, frequency, source)
    where x.frequency is not null order by x.place limit 1
  ) as f
  where t.enabled and t.pack <> all (notify_hidden.packs_off())
  order by t.pack, t.category, t.key, c.channel
$$;
comment on function notify_private.effective_preferences(uuid, timestamptz) is
  'What a person gets of each type in use on each of its channels, as it was at an instant (null: as it is). enabled and frequency '
  'are each the first that is said: locked by operators, their own choice for the type, for its category, the type''s default.';
