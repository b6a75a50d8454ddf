-- Without settings of its own, so that it is inlined.
create or replace function notify_private.status_kinds() returns table (status text, kind text)
language sql immutable parallel safe
as $$
  values
    ('delivered', 'delivered'),
    ('failed', 'failed'),
    ('expired', 'failed'),
    ('suppressed', 'suppressed'),
    ('canceled', 'suppressed')
$$;
comment on function notify_private.status_kinds() is
  'Which kind of status event each status of a delivery makes that ends it. Expired: it did not arrive; canceled: it was not to be sent '
  'any more.';
