create or replace function notify_private.addresses_of_person(user_id uuid) returns text[]
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select array(
    select a.address from notify.users as u cross join lateral (values (lower(u.email)), (u.phone)) as a (address)
      where u.id = addresses_of_person.user_id and a.address is not null
    union select d.token from notify.devices as d where d.user_id = addresses_of_person.user_id
    union select w.url from notify.webhook_endpoints as w where w.user_id = addresses_of_person.user_id
  )
$$;
comment on function notify_private.addresses_of_person(uuid) is 'All addresses that a person has, working or not.';
