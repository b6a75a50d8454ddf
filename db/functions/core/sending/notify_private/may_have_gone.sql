create or replace function notify_private.may_have_gone(delivery notify.deliveries) returns boolean
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select (delivery).attempt > 0 and exists (
    select from notify.delivery_attempts as a
    where a.delivery_id = (delivery).id and a.outcome in ('accepted', 'ambiguous', 'lost')
  )
$$;
comment on function notify_private.may_have_gone(notify.deliveries) is
  'Whether a sender may have taken a delivery that is to be sent again: no other is given it then, only the same once more.';
