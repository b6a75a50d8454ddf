-- Plain SQL without settings, so that it is inlined and its rows are paged by key.
create or replace function notify.deliveries_by_address(address text) returns setof notify.deliveries
language sql stable
as $$
  select d.* from notify.deliveries as d
  where d.channel <> 'in_app' and d.address = coalesce(
    notify_hidden.phone_in(deliveries_by_address.address),
    pg_catalog.lower(notify_hidden.spell_mailbox(pg_catalog.btrim(deliveries_by_address.address))))
  union all
  -- What goes to an endpoint names the endpoint: by its person's notifications, since deliveries have no index of endpoints.
  select d.*
  from notify.webhook_endpoints as w
  join notify.notifications as n on n.recipient_id = w.user_id
  join notify.deliveries as d on d.notification_id = n.id
  where w.url = pg_catalog.btrim(deliveries_by_address.address) and d.device_id = w.id and d.channel = 'webhook'
$$;
comment on function notify.deliveries_by_address(text) is
  E'@order id desc\n'
  'For operators: what went to a mailbox, a number or a webhook''s URL, whoever had it then, newest first. Reads as the caller, whose '
  'grants let operators alone see all.';
grant execute on function notify.deliveries_by_address(text) to rowbell_operator;
