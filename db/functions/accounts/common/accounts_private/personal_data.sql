create or replace function accounts_private.personal_data() returns setof notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  values
    (notify_private.belongs('accounts.verifications')),
    (notify_private.belongs('accounts.payments')),
    (notify_private.belongs('accounts.balances')),
    (notify_private.belongs('accounts.logins')),
    (notify_private.belongs('accounts.api_keys', hidden => '{key_hash}')),
    (notify_private.belongs('accounts.account_settings'))
$$;
comment on function accounts_private.personal_data() is 'Where this pack keeps what about a person.';
