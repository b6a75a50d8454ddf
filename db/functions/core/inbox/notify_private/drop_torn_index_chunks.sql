create or replace function notify_private.drop_torn_index_chunks() returns integer
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
declare
  torn uuid[];
begin
  torn := array(
    select w.id from notify_private.search_index_chunks as w
    where w.id >= notify_private.uuidv7_floor(pg_catalog.now() - interval '1 day')
      and w.size < (
        select count(*) from notify.notifications as n where n.recipient_id = w.recipient_id and n.id >= w.id and n.id <= w.last_id)
  );
  delete from notify_private.search_index_chunks as w where w.id = any (torn);
  return pg_catalog.cardinality(torn);
end
$$;
comment on function notify_private.drop_torn_index_chunks() is
  'Deletes the chunks of the last day between whose notifications another one came later, as it may where a clock was set back: what is '
  'in no chunk is read as it is, and is packed anew. Returns how many.';
grant execute on function notify_private.drop_torn_index_chunks() to rowbell_worker;
