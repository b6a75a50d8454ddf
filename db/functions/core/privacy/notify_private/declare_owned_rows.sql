create or replace function notify_private.declare_owned_rows(
  table_name text, column_name text default 'user_id', rows text default null, exports text default null, hidden text[] default '{}',
  reason text default null
) returns notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select
    declare_owned_rows.table_name,
    declare_owned_rows.column_name,
    coalesce(
      declare_owned_rows.exports, declare_owned_rows.rows, pg_catalog.format('r.%I = $1', declare_owned_rows.column_name)
    ) as exports,
    coalesce(declare_owned_rows.rows, pg_catalog.format('r.%I = $1', declare_owned_rows.column_name)) as rows,
    'delete' as on_erasure,
    null::jsonb as changes,
    declare_owned_rows.hidden,
    '{}'::text[] as not_theirs,
    declare_owned_rows.reason
$$;
comment on function notify_private.declare_owned_rows(text, text, text, text, text[], text) is
  'Declares: a row whose column holds the person''s id is theirs, wholly. It is exported (columns in hidden '
  'only as a digest) and deleted on erasure. Where no column says it, rows is a condition over r, $1 the id, $2 '
  'their names and identifiers, $6 the identifiers alone, $3 ids of their deliveries, $4 of events about them, '
  '$5 of notifications that name them; exports is the condition for exporting, which knows $1 and $3 alone.';
