create or replace function notify_hidden.inbox_page(
  filter notify.inbox_filter, sort text, max_rows integer, past_id uuid, past_read boolean, backwards boolean
) returns table (notification_id uuid, is_read boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp
-- Generic plans, and none that depends on how many rows there are today: planning over a year of months costs more than a page.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
#variable_conflict use_column
declare
  -- Unread first is two lists, one after the other: each is read in the index's order, and no further than the page goes.
  part boolean;
  parts constant boolean[] := case
    when sort <> 'unread_first' then array[null::boolean] when backwards then '{true,false}' else '{false,true}' end;
  falling constant boolean := (sort = 'oldest') = backwards;
  ids uuid[] := '{}';
  reads boolean[] := '{}';
  found_ids uuid[];
  found_reads boolean[];
  lowest uuid;
  highest uuid;
begin
  if sort is null or sort not in ('newest', 'oldest', 'unread_first') then
    raise exception 'sort: must be newest, oldest or unread_first' using errcode = 'RBINV', column = 'sort';
  end if;
  foreach part in array parts loop
    exit when pg_catalog.cardinality(ids) >= max_rows;
    -- The list before the one that the cursor stands in is behind it, the one after it lies wholly ahead.
    continue when past_id is not null and part <> past_read and part = backwards;
    lowest := case when falling or past_id is null or part <> past_read then '00000000-0000-0000-0000-000000000000' else past_id end;
    highest := case when not falling or past_id is null or part <> past_read then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else past_id end;
    if falling then
      select coalesce(pg_catalog.array_agg(p.id), '{}'), coalesce(pg_catalog.array_agg(p.is_read), '{}') into found_ids, found_reads
      from (
        select n.id, n.read_at is not null as is_read from notify_hidden.inbox(filter) as n
        where n.id < highest and (part is null or (n.read_at is not null) = part)
        order by n.id desc limit max_rows - pg_catalog.cardinality(ids)
      ) as p;
    else
      select coalesce(pg_catalog.array_agg(p.id), '{}'), coalesce(pg_catalog.array_agg(p.is_read), '{}') into found_ids, found_reads
      from (
        select n.id, n.read_at is not null as is_read from notify_hidden.inbox(filter) as n
        where n.id > lowest and (part is null or (n.read_at is not null) = part)
        order by n.id limit max_rows - pg_catalog.cardinality(ids)
      ) as p;
    end if;
    ids := ids || found_ids;
    reads := reads || found_reads;
  end loop;
  return query
  select p.id, p.is_read from unnest(ids, reads) with ordinality as p (id, is_read, place)
  order by case when backwards then -p.place else p.place end;
end
$$;
comment on function notify_hidden.inbox_page(notify.inbox_filter, text, integer, uuid, boolean, boolean) is
  'Ids of the caller''s notifications that match, in their order (newest, oldest, unread_first): max_rows of them '
  'after the one with past_id, which was read or not when it was shown; backwards: max_rows before it. '
  'Keys and no offsets, so what comes in meanwhile moves nothing.';
grant execute on function notify_hidden.inbox_page(notify.inbox_filter, text, integer, uuid, boolean, boolean)
  to rowbell_user, rowbell_operator;
