create or replace function notify_private.tg_preference_changes__add_activity() returns trigger
language plpgsql volatile
-- Definer: nobody may insert activities.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into notify.activities (user_id, type, resource_type, resource_id, action, title, description, metadata)
  select
    c.user_id, 'settings', case when c.key is not null then c.scope end, c.key, 'updated',
    case pg_catalog.split_part(u.locale, '-', 1)
      when 'fr' then 'Préférences de notification changées' else 'Notification preferences changed'
    end,
    coalesce(notify_private.type_label(t.labels, t.key, u.locale), pg_catalog.replace(c.key, '_', ' ')),
    pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('scope', c.scope, 'channels', c.channels, 'settings', c.settings))
  from (
    select
      x.user_id, x.scope, x.key,
      pg_catalog.array_agg(distinct x.channel) filter (where notify_private.uses_channel(
        case x.scope when 'type' then x.key end, case x.scope when 'category' then x.key end, x.channel)) as channels,
      pg_catalog.array_agg(distinct s.name) filter (where x.channel is null) as settings
    from changes as x
    left join lateral (
      select n.name from pg_catalog.jsonb_object_keys(coalesce(x.new, x.old)) as n (name)
      where x.channel is null and x.old ->> n.name is distinct from x.new ->> n.name
    ) as s on true
    where x.source in ('person', 'unsubscribe')
    group by x.user_id, x.scope, x.key
  ) as c
  join notify.users as u on u.id = c.user_id
  left join notify.notification_types as t on c.scope = 'type' and t.key = c.key
  order by c.user_id, c.scope, c.key;
  return null;
end
$$;
comment on function notify_private.tg_preference_changes__add_activity() is
  'NC-21: what people change of their preferences, signed in or by a link in an '
  'email, is in their activity, an entry a type, category or set of settings.';

create or replace trigger _800_add_activity after insert on notify.preference_changes referencing new table as changes
  for each statement execute function notify_private.tg_preference_changes__add_activity();
