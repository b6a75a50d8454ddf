create or replace function notify_private.email_preferences(user_id uuid) returns jsonb
language sql stable
-- Definer: called by the route of preference pages, which may read no table. The link's signature, checked there, and its
-- grant are the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_build_object(
    'locale', u.locale,
    'tracked', notify_private.tracks_email(u.id),
    'types', coalesce(
      pg_catalog.jsonb_agg(
        pg_catalog.jsonb_build_object(
          'key', t.key, 'label', notify_private.type_label(t.labels, t.key, u.locale), 'category', t.category,
          'locked', l.locked,
          'choice', case when l.locked then 'instant' when not e.enabled or e.frequency = 'never' then 'never' else e.frequency end)
        order by t.pack, t.category, t.key) filter (where t.key is not null),
      '[]'))
  from notify.users as u
  left join notify.notification_types as t
    -- Digests follow from the choices, and what nobody can leave or expect is no choice.
    on t.enabled and t.pack <> all (notify_hidden.packs_off()) and 'email' = any (t.channels) and not t.to_unverified
      and not notify_private.is_digest_type(t.key) and t.key <> 'test_email'
  left join notify.preferences as p on p.user_id = u.id and p.type_key = t.key and p.channel = 'email'
  left join lateral (
    select x.enabled, x.frequency from notify.category_preferences as x
    where x.user_id = u.id and x.category in (t.category, 'all') and x.channel = 'email'
    order by x.category = 'all' limit 1
  ) as g on true
  cross join lateral (select 'email' = any (t.locked_channels) as locked) as l
  cross join lateral (
    select
      coalesce(p.enabled, g.enabled, 'email' = any (t.default_channels)) as enabled,
      coalesce(p.frequency, g.frequency, t.default_frequency) as frequency
  ) as e
  where u.id = email_preferences.user_id
  group by u.id
$$;
comment on function notify_private.email_preferences(uuid) is
  'What the preference page shows: each type that comes by email, with the person''s choice '
  '(instant, daily, weekly, never), and whether opens are noted. Null: no such person.';
grant execute on function notify_private.email_preferences(uuid) to rowbell_http;
