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
      declare_owned_rows.exports, declare_owned_rows.rows, pg_catalog.format('r.%I = person.id', declare_owned_rows.column_name)
    ) as exports,
    coalesce(declare_owned_rows.rows, pg_catalog.format('r.%I = person.id', declare_owned_rows.column_name)) as rows,
    'delete' as on_erasure,
    null::jsonb as changes,
    declare_owned_rows.hidden,
    '{}'::text[] as not_theirs,
    declare_owned_rows.reason
$$;
comment on function notify_private.declare_owned_rows(text, text, text, text, text[], text) is
  'Declares: a row whose column holds the person''s id is theirs, wholly. It is exported (columns in hidden only as a digest) and '
  'deleted on erasure. Where no column says it, rows is a condition over r, the row, and person: id, identifiers (their id, '
  'addresses, external id), terms (these and their names), delivery_ids (theirs), event_ids (about them), notification_ids (that '
  'name them). exports is the condition for exporting, whose person has an id and delivery_ids alone.';
