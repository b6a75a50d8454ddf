create or replace function notify_private.is_shared_address(address text, user_id uuid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from notify.users as u where u.id <> is_shared_address.user_id
      and (lower(u.email) = is_shared_address.address or u.phone = is_shared_address.address)
    union all
    select from notify.webhook_endpoints as w where w.user_id <> is_shared_address.user_id and w.url = is_shared_address.address
  )
$$;
comment on function notify_private.is_shared_address(text, uuid) is
  'Whether somebody else has this address too; it is then theirs as well.';
