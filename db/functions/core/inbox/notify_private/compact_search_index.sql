create or replace function notify_private.compact_search_index(
  recipient_id uuid, max_notifications integer default 1024, waits boolean default false
) returns integer
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
#variable_conflict use_variable
declare
  indexed integer;
begin
  -- Planning for a person holds this lock until it commits, so whatever has a lower id than what is seen under it is seen as
  -- well: no notification appears later between those of a chunk (docs/decisions/0005, 5).
  if waits then
    perform from notify.users as u where u.id = recipient_id for no key update;
  else
    perform from notify.users as u where u.id = recipient_id for no key update skip locked;
  end if;
  -- While somebody is erased, texts that name them change.
  if not found or not pg_catalog.pg_try_advisory_xact_lock_shared(pg_catalog.hashtext('notify.erase_person')) then
    return 0;
  end if;
  with part as (
    select n.id, n.at, (pg_catalog.row_number() over (partition by n.gap, n.at order by n.id) - 1) / 256 as number, n.gap
    from (
      select m.* from (
        select u.gap, u.id, a.at, pg_catalog.count(*) over (partition by u.gap, a.at) as together
        from (
          select x.*, pg_catalog.row_number() over (order by x.id desc) as place
          from notify_private.unindexed_notifications(recipient_id) as x
        ) as u
        cross join pg_catalog.date_trunc('month', uuid_extract_timestamp(u.id), 'UTC') as a (at)
        -- The latest are left, for clocks that are set back; of the last ten minutes no more than 256, for a search reads their texts.
        where u.place > 256 or u.id < notify_private.uuidv7_floor(pg_catalog.now() - interval '10 minutes')
      ) as m
      -- Fewer than a chunk needs are left out, so that they do not keep later ones waiting.
      where m.together >= 64 order by m.id limit max_notifications
    ) as n
  ),
  written as (
    insert into notify_private.search_index_chunks (id, recipient_id, last_id, notification_ids, search_tokens)
    select p.ids[1], recipient_id, p.ids[pg_catalog.cardinality(p.ids)], p.ids, notify_private.rebuild_search_tokens(recipient_id, p.ids)
    from (select pg_catalog.array_agg(x.id order by x.id) as ids from part as x group by x.gap, x.at, x.number) as p
    where pg_catalog.cardinality(p.ids) >= 64
    returning size
  )
  select coalesce(sum(w.size), 0) into indexed from written as w;
  return indexed;
end
$$;
comment on function notify_private.compact_search_index(uuid, integer, boolean) is
  'Writes the search tokens of a person''s notifications into chunks of at least 64, for at most max_notifications '
  'a call, and returns for how many. 0: there is nothing to do, or somebody else has the person''s lock, unless it waits for that.';
grant execute on function notify_private.compact_search_index(uuid, integer, boolean) to rowbell_worker;
