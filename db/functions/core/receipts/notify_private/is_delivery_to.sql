create or replace function notify_private.is_delivery_to(delivery_id uuid, address text) returns boolean
language sql stable
-- Definer: the callback route may read no delivery. Its grant is the check of the caller, who learns of an address that it names.
security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from notify.deliveries as d
    where d.id = is_delivery_to.delivery_id
      and d.address = notify_private.normalize_address(d.channel, is_delivery_to.address)
  )
$$;
comment on function notify_private.is_delivery_to(uuid, text) is
  'Whether a delivery went to an address, in any spelling of it: a report may be about somebody else''s. False too where there is no such '
  'delivery (any more).';
grant execute on function notify_private.is_delivery_to(uuid, text) to rowbell_http;
