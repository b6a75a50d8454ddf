create or replace function notify_private.country_of_phone(phone text) returns text
language sql stable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
  select p.country from notify.phone_prefixes as p
  where p.prefix in (substr(phone, 2, 1), substr(phone, 2, 2), substr(phone, 2, 3), substr(phone, 2, 4), substr(phone, 2, 5),
    substr(phone, 2, 6), substr(phone, 2, 7))
  order by length(p.prefix) desc
  limit 1
$$;
comment on function notify_private.country_of_phone(text) is 'The country of an E.164 number by the longest prefix known; null: none.';
