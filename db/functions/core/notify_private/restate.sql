create or replace function notify_private.restate(delivery_ids uuid[], at timestamptz) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
  kind record;
  one uuid;
  concerned uuid[] := '{}';
begin
  for kind in
    select
      pg_catalog.regexp_replace(t.audience, '^(.+)\.(.+)$', '"\1"."\2"') as audience,
      pg_catalog.array_agg(d.id) as ids, pg_catalog.array_agg(distinct n.event_id) as event_ids
    from unnest(restate.delivery_ids) as i (id)
    cross join lateral (select x.id, x.notification_id from notify.deliveries as x where x.id = i.id limit 1) as d
    cross join lateral (select x.event_id, x.type_key, x.created_at from notify.notifications as x where x.id = d.notification_id limit 1) as n
    cross join lateral (select x.audience, x.restate_after from notify.notification_types as x where x.key = n.type_key limit 1) as t
    where n.created_at <= at - t.restate_after
    group by t.audience
  loop
    concerned := concerned || kind.ids;
    begin
      execute pg_catalog.format($restate$
        update notify.deliveries as d
        set
          said = s.said,
          sms_form = case d.channel when 'sms' then s.said ->> 'form' end,
          sms_encoding = m.encoding,
          sms_segments = m.segments
        from unnest($1) as i (id)
        cross join lateral (select x.notification_id, x.channel from notify.deliveries as x where x.id = i.id limit 1) as o
        cross join lateral (select * from notify.notifications as x where x.id = o.notification_id limit 1) as n
        join %s($2) as a on a.event_id = n.event_id and a.recipient_id = n.recipient_id
        cross join lateral (select coalesce(a.variant, 'default') as variant, coalesce(a.variables, '{}') as variables) as v
        cross join lateral (select x.locale from notify.users as x where x.id = n.recipient_id limit 1) as u
        cross join lateral notify_private.best_copy(n.type_key, u.locale, v.variant) as c
        cross join lateral (
          select notify_private.channel_texts(n.type_key, u.locale, v.variant, v.variables) -> o.channel as own offset 0
        ) as w
        cross join lateral (
          select pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'title', coalesce(w.own ->> 'title', notify_private.render(c.title, v.variables, u.locale)),
            'subtitle', notify_private.render(c.subtitle, v.variables, u.locale),
            'body', coalesce(w.own ->> 'body', notify_private.render(c.body, v.variables, u.locale)),
            'form', w.own ->> 'form')) as said
          offset 0
        ) as s
        left join lateral notify_private.measure_sms(s.said ->> 'body') as m on o.channel = 'sms'
        where d.id = i.id
        $restate$, kind.audience)
      using kind.ids, kind.event_ids;
    exception when others then
      -- One of them cannot be written anew: the others must not suffer for it, and late words are better than none.
      if pg_catalog.cardinality(kind.ids) = 1 then
        raise warning 'delivery % keeps the words it was planned with: % %', kind.ids[1], sqlstate, sqlerrm;
      else
        foreach one in array kind.ids loop
          perform notify_private.restate(array[one], at);
        end loop;
      end if;
    end;
  end loop;
  return (
    select pg_catalog.jsonb_object_agg(d.id, d.said)
    from unnest(concerned) as i (id)
    cross join lateral (select x.id, x.said from notify.deliveries as x where x.id = i.id limit 1) as d
    where d.said is not null
  );
end
$$;
comment on function notify_private.restate(uuid[], timestamptz) is
  'Writes the words of deliveries anew whose type says that they depend on when they are sent (restate_after), if they were planned longer ago than that; returns them by delivery, null where there is none. Part of claim_deliveries(), which has them locked.';
