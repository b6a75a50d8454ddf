-- Not definer and without settings of its own: a procedure that has either may not commit.
create or replace procedure notify_private.compact_all_search_indexes(inout done integer)
language plpgsql
as $$
declare
  person pg_catalog.uuid;
  packed integer;
begin
  done := 0;
  perform notify_private.drop_torn_index_chunks();
  commit;
  foreach person in array notify_private.people_needing_index_compaction() loop
    loop
      packed := notify_private.compact_search_index(person);
      commit;
      exit when packed = 0;
      done := done + packed;
    end loop;
  end loop;
end
$$;
comment on procedure notify_private.compact_all_search_indexes(integer) is
  'compact_search_index() for everybody who has many unpacked; a transaction for each '
  'thousand. Ended half-way, the next run goes on. done: how many notifications.';
grant execute on procedure notify_private.compact_all_search_indexes(integer) to rowbell_worker;
