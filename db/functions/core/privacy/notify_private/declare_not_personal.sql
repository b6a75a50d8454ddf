create or replace function notify_private.declare_not_personal(table_name text, reason text) returns notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select
    declare_not_personal.table_name,
    null as column_name,
    'false' as exports,
    'false' as rows,
    'nothing' as on_erasure,
    null::jsonb as changes,
    '{}'::text[] as hidden,
    '{}'::text[] as not_theirs,
    declare_not_personal.reason
$$;
comment on function notify_private.declare_not_personal(text, text) is
  'Declares: a table has nothing about a person, or keeps what it has, for this reason.';
