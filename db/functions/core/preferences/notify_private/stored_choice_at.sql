-- Without settings of its own, so that it is inlined.
create or replace function notify_private.stored_choice_at(user_id uuid, scope text, key text, channel text, at timestamptz)
returns table (choice jsonb)
language sql stable
as $$
  select case
    when pg_catalog.count(*) > 0 then (pg_catalog.array_agg(c.old))[1]
    when stored_choice_at.scope = 'type' then (
      select pg_catalog.to_jsonb(p) from notify.preferences as p
      where p.user_id = stored_choice_at.user_id and p.type_key = stored_choice_at.key and p.channel = stored_choice_at.channel
    )
    else (
      select pg_catalog.to_jsonb(p) from notify.category_preferences as p
      where p.user_id = stored_choice_at.user_id and p.category = stored_choice_at.key and p.channel = stored_choice_at.channel
    )
  end
  from (
    select x.old from notify.preference_changes as x
    where x.user_id = stored_choice_at.user_id and x.scope = stored_choice_at.scope and x.key = stored_choice_at.key
      and x.channel = stored_choice_at.channel and x.changed_at > stored_choice_at.at
    order by x.changed_at, x.id limit 1
  ) as c
$$;
comment on function notify_private.stored_choice_at(uuid, text, text, text, timestamptz) is
  'What a person had chosen for a type or a category (scope) on a channel at an instant, as a row of preferences or '
  'category_preferences: the old value of the first change after it, or the present one. Always one row; null where they had '
  'chosen nothing. A set, because only those are inlined.';
