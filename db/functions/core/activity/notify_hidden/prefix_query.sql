create or replace function notify_hidden.prefix_query(search text) returns tsquery
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(pg_catalog.quote_literal(w) || ':*', ' & ')::tsquery
  from pg_catalog.regexp_split_to_table(pg_catalog.lower(left(search, 200)), '\W+') as w
  where w <> ''
$$;
comment on function notify_hidden.prefix_query(text) is
  'What somebody types, as a search for all of its words, each of which '
  'may go on. Only letters and digits count; null where there are none.';
grant execute on function notify_hidden.prefix_query(text) to rowbell_user, rowbell_operator;
