create or replace function notify_private.render_people(events notify.events[], members notify_private.audience_member[])
  returns notify_private.person[]
language sql volatile set search_path = pg_catalog, pg_temp
-- As apply_rules(): arrays are joined by hash, tables are looked up row by row.
set enable_nestloop = off
as $$
  with member as (
    select m.event_id, m.recipient_id, coalesce(m.variant, 'default') as variant, coalesce(m.variables, '{}') as variables, u.locale
    from unnest(members) as m
    cross join lateral (select x.locale from notify.users as x where x.id = m.recipient_id limit 1) as u
  ),
  -- Rendered once per event, variant, locale and set of values, not per person: a broadcast has a handful of texts.
  text as materialized (
    select
      d.event_id, d.locale, d.variant, d.variables,
      notify_private.render(c.title, d.variables, d.locale) as title,
      notify_private.render(c.subtitle, d.variables, d.locale) as subtitle,
      notify_private.render(c.body, d.variables, d.locale) as body,
      notify_private.render_data(t.data_template, d.variables) as data,
      notify_private.render(t.thread_template, d.variables) as thread_id,
      notify_private.render(t.collapse_template, d.variables) as collapse_key,
      notify_private.channel_texts(t.key, d.locale, d.variant, d.variables) as channel_texts,
      -- Most types show words alone, and are asked no more than that.
      case when t.actions is not null or t.image_url is not null or t.icon_url is not null or c.image_url is not null
        then notify_private.rich_content(coalesce(c.image_url, t.image_url), t.icon_url, t.actions, c.action_titles, d.variables, d.locale)
      end as rich_content,
      -- {userId} is the one value that differs for each person; it is put in below.
      notify_private.render(t.dedupe_key, d.variables || '{"userId": "{userId}"}') as dedupe_key
    from (select distinct event_id, locale, variant, variables from member) as d
    join unnest(events) as e on e.id = d.event_id
    join notify.notification_types as t on t.key = e.type_key
    cross join lateral notify_private.best_copy(t.key, d.locale, d.variant) as c
  )
  select array_agg(p::notify_private.person)
  from (
    select
      uuidv7() as notification_id,
      m.event_id,
      m.recipient_id,
      t.title,
      t.subtitle,
      t.body,
      t.data,
      t.thread_id,
      t.collapse_key,
      notify_private.hash_long_key(replace(t.dedupe_key, '{userId}', m.recipient_id::text)) as dedupe_key,
      t.channel_texts,
      t.rich_content
    from member as m
    join text as t on t.event_id = m.event_id and t.locale = m.locale and t.variant = m.variant and t.variables = m.variables
  ) as p
$$;
comment on function notify_private.render_people(notify.events[], notify_private.audience_member[]) is
  'The copy of events for those whom they concern, each in their language and with the id of the notification they may get. '
  'Null where nobody is left, or no type has copy.';
