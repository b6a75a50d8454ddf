create or replace function accounts_private.personal_data() returns setof notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  values
    (notify_private.declare_owned_rows('accounts.verifications')),
    (notify_private.declare_owned_rows('accounts.payments')),
    (notify_private.declare_owned_rows('accounts.balances')),
    (notify_private.declare_owned_rows('accounts.logins')),
    (notify_private.declare_owned_rows('accounts.api_keys', hidden => '{key_hash}')),
    (notify_private.declare_not_personal('accounts.texts', 'The catalog')),
    (notify_private.declare_owned_rows('accounts.account_settings'))
$$;
comment on function accounts_private.personal_data() is 'Where this pack keeps what about a person.';
