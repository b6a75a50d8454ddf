create or replace function notify_private.declare_owned_rows(
  table_name text, column_name text default 'user_id', rows text default null, exports text default null, hidden text[] default '{}',
  reason text default null
) returns notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select row(
    table_name, column_name,
    coalesce(exports, rows, pg_catalog.format('r.%I = $1', column_name)), coalesce(rows, pg_catalog.format('r.%I = $1', column_name)),
    'delete', null, hidden, '{}', reason
  )::notify_private.personal_data
$$;
comment on function notify_private.declare_owned_rows(text, text, text, text, text[], text) is
  'Declares: a row whose column holds the person''s id is theirs, wholly. It is exported (columns in hidden '
  'only as a digest) and deleted on erasure. Where no column says it, rows is a condition over r, $1 the id, $2 '
  'their names and identifiers, $6 the identifiers alone, $3 ids of their deliveries, $4 of events about them, '
  '$5 of notifications that name them; exports is the condition for exporting, which knows $1 and $3 alone.';
