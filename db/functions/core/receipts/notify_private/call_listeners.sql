create or replace function notify_private.call_listeners(delivery_ids uuid[]) returns void
language plpgsql volatile
-- Definer: it is a trigger's, and whoever changes a delivery need not be able to call what a product listens with.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  heard record;
begin
  for heard in
    select
      pg_catalog.regexp_replace(t.listener, '^(.+)\.(.+)$', '"\1"."\2"') as name,
      pg_catalog.array_agg(d.id order by d.id) as ids
    from unnest(call_listeners.delivery_ids) as i (id)
    cross join lateral (select * from notify.deliveries as x where x.id = i.id limit 1) as d
    cross join lateral (select x.type_key from notify.notifications as x where x.id = d.notification_id limit 1) as n
    cross join lateral (select x.listener, x.pack from notify.notification_types as x where x.key = n.type_key limit 1) as t
    where t.listener is not null and t.pack <> all (notify_hidden.packs_off())
    group by t.listener
  loop
    execute pg_catalog.format('select %s($1)', heard.name) using heard.ids;
  end loop;
end
$$;
comment on function notify_private.call_listeners(uuid[]) is 'Tells the types'' listeners of these deliveries, one call each.';
