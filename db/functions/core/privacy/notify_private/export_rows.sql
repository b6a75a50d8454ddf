create or replace function notify_private.export_rows(user_id uuid) returns setof notify.personal_row
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  deliveries constant uuid[] := notify_private.deliveries_of_person(user_id);
  declared record;
begin
  for declared in
    select p.*,
      -- A row that more than one way leads to is exported once, by the first.
      coalesce((
        select pg_catalog.string_agg(pg_catalog.format(' and (%s) is not true', q.exports), '')
        from notify_private.all_personal_data() with ordinality as q
        where q.table_name = p.table_name and q.ordinality < p.ordinality and q.exports <> 'false'
      ), '') as not_before,
      (
        select pg_catalog.string_agg(
          case p.on_erasure
            when 'delete' then pg_catalog.format(
              ' || case when r.%1$I is null then ''{}''
                else jsonb_build_object(%1$L, ''sha256:'' || encode(sha256(convert_to(r.%1$I::text, ''UTF8'')), ''hex'')) end', h)
            else pg_catalog.format(' - %L', h)
          end, '')
        from unnest(p.hidden) as h
      ) as hiding,
      (
        select pg_catalog.string_agg(distinct pg_catalog.format(' - case when r.%1$I is distinct from person.id then %1$L else '''' end',
          q.column_name), '')
        from notify_private.all_personal_data() as q
        where p.on_erasure = 'change' and q.table_name = p.table_name and q.column_name is not null
      ) as without_others
    from notify_private.all_personal_data() with ordinality as p
    where p.exports <> 'false'
    order by p.ordinality
  loop
    return query execute pg_catalog.format(
      'select %L, to_jsonb(r)%s%s from %s as r cross join (select $1 as id, $2 as delivery_ids) as person where (%s)%s',
      declared.table_name, declared.hiding, declared.without_others, declared.table_name::regclass, declared.exports, declared.not_before)
    using user_id, deliveries;
  end loop;
end
$$;
comment on function notify_private.export_rows(uuid) is
  'All rows about a person, table by table, as personal_data() declares them; secrets as their digests, ids of other people left out.';
