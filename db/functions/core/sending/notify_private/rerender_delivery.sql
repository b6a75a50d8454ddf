create or replace function notify_private.rerender_delivery(delivery_id uuid) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  told record;
  member record;
  rerendered jsonb;
begin
  select d.channel, d.attempt, d.rendered_text, n.event_id, n.recipient_id, n.type_key, u.locale, t.audience into strict told
  from notify.deliveries as d
  join notify.notifications as n on n.id = d.notification_id
  join notify.users as u on u.id = n.recipient_id
  join notify.notification_types as t on t.key = n.type_key
  where d.id = rerender_delivery.delivery_id;
  -- A webhook that is called again, maybe after it has taken the call, is told the same.
  if told.channel = 'webhook' and (told.attempt > 1
    or exists (select from notify.delivery_attempts as a where a.delivery_id = rerender_delivery.delivery_id)) then
    return told.rendered_text;
  end if;
  begin
    execute pg_catalog.format(
      'select coalesce(a.variant, ''default'') as variant, coalesce(a.variables, '
      '''{}'') as variables from %s(array[$1]) as a where a.recipient_id = $2 order by a.variant limit 1',
      pg_catalog.regexp_replace(told.audience, '^(.+)\.(.+)$', '"\1"."\2"'))
    into strict member using told.event_id, told.recipient_id;
    select pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'title', coalesce(w.own ->> 'title', notify_private.render(c.title, member.variables, told.locale)),
      'subtitle', notify_private.render(c.subtitle, member.variables, told.locale),
      'body', coalesce(w.own ->> 'body', notify_private.render(c.body, member.variables, told.locale)),
      'form', w.own ->> 'form'))
    into rerendered
    from notify_private.best_copy(told.type_key, told.locale, member.variant) as c
    cross join (
      select notify_private.channel_texts(told.type_key, told.locale, member.variant, member.variables) -> told.channel as own
    ) as w;
  exception when others then
    -- It goes out all the same, and the others with it: late words are better than none.
    raise warning 'delivery % keeps the words it had: % %', rerender_delivery.delivery_id, sqlstate, sqlerrm;
    return told.rendered_text;
  end;
  update notify.deliveries as d set rendered_text = rerendered where d.id = rerender_delivery.delivery_id;
  if told.channel = 'sms' then
    update notify.deliveries as d
    set sms_form = rerendered ->> 'form', sms_encoding = m.encoding, sms_segments = m.segments
    from notify_private.measure_sms(rerendered ->> 'body') as m
    where d.id = rerender_delivery.delivery_id;
  end if;
  return rerendered;
end
$$;
comment on function notify_private.rerender_delivery(uuid) is
  'Writes the words of a delivery anew whose type says that they depend on when they are sent (rerender_after), and returns '
  'them; those it had (null: the notification''s) where that fails, and for a webhook that was called before. Part of '
  'claim_deliveries(), which has it locked.';
