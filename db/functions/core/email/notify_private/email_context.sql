create or replace function notify_private.email_context(notification_id uuid) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_build_object(
    'userId', n.recipient_id,
    'locale', u.locale,
    'template', t.email_template, 'templateDigest', e.digest,
    'label', notify_private.type_label(t.labels, t.key, u.locale),
    'url', t.email_url,
    -- A digest is left by leaving what it gathers.
    'locked', 'email' = any (t.locked_channels) and not notify_private.is_digest_type(t.key),
    'tracked', coalesce(c.granted, false) and not t.to_unverified,
    'verificationId', case when t.to_unverified then n.data ->> 'verificationId' end,
    'items', i.items)
  from (select * from notify.notifications as x where x.id = email_context.notification_id limit 1) as n
  cross join lateral (select * from notify.notification_types as x where x.key = n.type_key limit 1) as t
  cross join lateral (select x.digest from notify_private.email_templates as x where x.name = t.email_template limit 1) as e
  cross join lateral (select x.locale from notify.users as x where x.id = n.recipient_id limit 1) as u
  left join lateral (
    select x.granted from notify.tracking_consents as x where x.user_id = n.recipient_id order by x.id desc limit 1
  ) as c on true
  left join lateral (
    select pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object(
        'title', coalesce(x.channel_texts -> 'email' ->> 'title', x.title), 'subtitle', x.subtitle,
        'body', coalesce(x.channel_texts -> 'email' ->> 'body', x.body), 'url', y.email_url, 'data', x.data)
      order by d.position) as items
    from notify.digest_items as d
    cross join lateral (select * from notify.notifications as z where z.id = d.notification_id limit 1) as x
    cross join lateral (select z.email_url from notify.notification_types as z where z.key = x.type_key limit 1) as y
    where d.position is not null and d.digest_id = case
      -- Data is any product's: what is no digest's id must not stop the claim.
      when t.email_template in ('daily_digest', 'weekly_digest') and pg_catalog.pg_input_is_valid(n.data ->> 'digestId', 'uuid')
        then (n.data ->> 'digestId')::uuid
    end
  ) as i on true
$$;
comment on function notify_private.email_context(uuid) is
  'What an email shows beyond a notification''s words: template, button, items of a digest, '
  'whether one may leave it, whether opens are noted. Shape: EmailContext in src/render/email.';
