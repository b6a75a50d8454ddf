create or replace function notify_private.ring_changed(kind text, crowded_kind text, people uuid[], ids uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  -- Their reader asks what changed of them, in place of a hundred ids.
  crowded uuid[] := '{}';
begin
  if cardinality(ids) > 100 then
    crowded := array(select p from unnest(people) as p group by p having count(*) > 100);
  end if;
  if cardinality(crowded) > 0 then
    perform notify_private.ring(ring_changed.crowded_kind, crowded, pg_catalog.array_fill(
      '00000000-0000-0000-0000-000000000000'::uuid, array[cardinality(crowded)]));
    select array_agg(x.person), array_agg(x.id) into people, ids
    from unnest(people, ids) as x (person, id) where x.person <> all (crowded);
  end if;
  perform notify_private.ring(ring_changed.kind, people, ids);
end
$$;
comment on function notify_private.ring_changed(text, text, uuid[], uuid[]) is
  'Rings for what a statement changed: as one kind with the ids, and as the other, without ids, for people of whom more than 100 changed.';
