-- Plain SQL without settings, so that it is inlined and its rows are paged by key.
create or replace function notify.deliveries_by_provider_id(provider_message_id text) returns setof notify.deliveries
language sql stable
as $$
  select d.* from notify.deliveries as d
  where d.id in (
    select a.delivery_id from notify.delivery_attempts as a
    where a.provider_message_id = pg_catalog.btrim(deliveries_by_provider_id.provider_message_id)
  )
$$;
comment on function notify.deliveries_by_provider_id(text) is
  E'@order id desc\n'
  'For operators: the deliveries of which an attempt got this id from its provider (Twilio''s SID, a message id). Reads as the caller, '
  'whose grants let operators alone see all.';
grant execute on function notify.deliveries_by_provider_id(text) to rowbell_operator;
