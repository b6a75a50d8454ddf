create or replace function notify_private.declare_mention(
  table_name text, column_name text, not_theirs text[], changes jsonb default null, rows text default null, exports text default null,
  hidden text[] default '{}', reason text default null
) returns notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select
    declare_mention.table_name,
    declare_mention.column_name,
    coalesce(declare_mention.exports, pg_catalog.format('r.%I = person.id', declare_mention.column_name)) as exports,
    coalesce(declare_mention.rows, pg_catalog.format('r.%I = person.id', declare_mention.column_name)) as rows,
    'change' as on_erasure,
    coalesce(declare_mention.changes, pg_catalog.jsonb_build_object(declare_mention.column_name, 'null')) as changes,
    declare_mention.hidden,
    declare_mention.not_theirs,
    declare_mention.reason
$$;
comment on function notify_private.declare_mention(text, text, text[], jsonb, text, text, text[], text) is
  'Declares: somebody else''s row, or everybody''s, names the person. It is exported without hidden columns and without '
  'the ids of others; on erasure it stays, and changes says what its columns become ({"column": "expression over r and '
  'person"}; unless told, the column becomes null). not_theirs lists the texts in it that tell nothing of the person.';
