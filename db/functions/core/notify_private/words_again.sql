create or replace function notify_private.words_again(notification_ids uuid[]) returns tsvector[]
language sql stable set search_path = ''
as $$
  select pg_catalog.array_agg(
    coalesce(notify_hidden.words_of(pg_catalog.concat_ws(' ', n.title, n.subtitle, n.body), u.locale), '') order by i.place)
  from unnest(notification_ids) with ordinality as i (id, place)
  left join lateral (select * from notify.notifications as x where x.id = i.id limit 1) as n on true
  left join lateral (select x.locale from notify.users as x where x.id = n.recipient_id limit 1) as u on true
$$;
comment on function notify_private.words_again(uuid[]) is 'The words of these notifications as they are now, in their order.';
