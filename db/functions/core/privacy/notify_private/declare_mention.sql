create or replace function notify_private.declare_mention(
  table_name text, column_name text, not_theirs text[], changes jsonb default null, rows text default null, exports text default null,
  hidden text[] default '{}', reason text default null
) returns notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select row(
    table_name, column_name,
    coalesce(exports, pg_catalog.format('r.%I = $1', column_name)), coalesce(rows, pg_catalog.format('r.%I = $1', column_name)),
    'change', coalesce(changes, pg_catalog.jsonb_build_object(column_name, 'null')), hidden, not_theirs, reason
  )::notify_private.personal_data
$$;
comment on function notify_private.declare_mention(text, text, text[], jsonb, text, text, text[], text) is
  'Declares: somebody else''s row, or everybody''s, names the person. It is exported without hidden columns and without '
  'the ids of others; on erasure it stays, and changes says what its columns become ({"column": "expression over r, $1, '
  '$2 …"}; unless told, the column becomes null). not_theirs lists the texts in it that tell nothing of the person.';
