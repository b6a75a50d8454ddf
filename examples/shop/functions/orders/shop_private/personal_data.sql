create or replace function shop_private.personal_data() returns setof notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  values
    (notify_private.declare_owned_rows('shop.orders', 'buyer_id'))
$$;
comment on function shop_private.personal_data() is 'Where this pack keeps what about a person: exported with them, and erased.';
