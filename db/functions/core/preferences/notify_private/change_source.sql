create or replace function notify_private.change_source() returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  -- The role that was set stands while definers run. A setting of our own could be set by anybody to anything.
  select case pg_catalog.current_setting('role')
    when 'rowbell_user' then 'person' when 'rowbell_operator' then 'operator' when 'rowbell_http' then 'unsubscribe' else 'service'
  end
$$;
comment on function notify_private.change_source() is
  'On whose word something is changed in this transaction: person, operator, unsubscribe (the routes for links) or service (anybody else).';
