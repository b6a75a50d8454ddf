create or replace function notify_private.preference_at(user_id uuid, type_key text, category text, channel text, at timestamptz)
returns table (enabled boolean, frequency text)
language sql stable
as $$
  select
    coalesce((own.choice ->> 'enabled')::boolean, (general.choice ->> 'enabled')::boolean),
    coalesce(own.choice ->> 'frequency', general.choice ->> 'frequency')
  from (
    select case when pg_catalog.count(*) > 0 then (pg_catalog.array_agg(c.old))[1] else (
      select pg_catalog.to_jsonb(p) from notify.preferences as p
      where p.user_id = preference_at.user_id and p.type_key = preference_at.type_key and p.channel = preference_at.channel
    ) end as choice
    from (
      select x.old from notify.preference_changes as x
      where x.user_id = preference_at.user_id and x.scope = 'type' and x.key = preference_at.type_key and x.channel = preference_at.channel
        and x.changed_at > preference_at.at
      order by x.changed_at, x.id limit 1
    ) as c
  ) as own
  cross join (
    select case when pg_catalog.count(*) > 0 then (pg_catalog.array_agg(c.old))[1] else (
      select pg_catalog.to_jsonb(p) from notify.category_preferences as p
      where p.user_id = preference_at.user_id and p.category = preference_at.category and p.channel = preference_at.channel
    ) end as choice
    from (
      select x.old from notify.preference_changes as x
      where x.user_id = preference_at.user_id and x.scope = 'category' and x.key = preference_at.category
        and x.channel = preference_at.channel
        and x.changed_at > preference_at.at
      order by x.changed_at, x.id limit 1
    ) as c
  ) as general
$$;
comment on function notify_private.preference_at(uuid, text, text, text, timestamptz) is
  'What a person themself had chosen for a type, or else its category, on a channel at an instant; null where the defaults hold.';
