-- Without settings of its own, so that it is inlined.
create or replace function notify_hidden.is_test_type(type_key text) returns boolean
language sql immutable parallel safe
as $$ select is_test_type.type_key in ('test_push', 'test_webhook', 'test_email') $$;
comment on function notify_hidden.is_test_type(text) is
  'Whether notifications of this type test a device, an endpoint or a mailbox: they count under no cap and in no metric of deliveries.';
grant execute on function notify_hidden.is_test_type(text) to rowbell_user, rowbell_operator;
