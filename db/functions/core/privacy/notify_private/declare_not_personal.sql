create or replace function notify_private.declare_not_personal(table_name text, reason text) returns notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select row(table_name, null, 'false', 'false', 'nothing', null, '{}', '{}', reason)::notify_private.personal_data
$$;
comment on function notify_private.declare_not_personal(text, text) is
  'Declares: a table has nothing about a person, or keeps what it has, for this reason.';
