create or replace function notify_hidden.phone_in(text text) returns text
language sql immutable strict parallel safe
as $$
  select case when p.digits ~ '^\+[1-9][0-9]{6,14}$' then p.digits end
  from (
    select pg_catalog.regexp_replace(pg_catalog.regexp_replace(text, '[\s().-]', '', 'g'), '^00', '+') as digits
  ) as p
$$;
comment on function notify_hidden.phone_in(text) is
  'The number that somebody typed ("+33 6 12 34 56 78", "0033 …") as E.164 writes it; null where it is none.';
grant execute on function notify_hidden.phone_in(text) to rowbell_operator;
