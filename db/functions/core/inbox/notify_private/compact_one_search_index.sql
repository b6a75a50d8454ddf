-- Not definer and without settings of its own: a procedure that has either may not commit.
create or replace procedure notify_private.compact_one_search_index(recipient_id pg_catalog.uuid, inout done integer)
language plpgsql
as $$
declare
  packed integer;
begin
  done := 0;
  loop
    packed := notify_private.compact_search_index(recipient_id, waits => true);
    commit;
    exit when packed = 0;
    done := done + packed;
  end loop;
end
$$;
comment on procedure notify_private.compact_one_search_index(uuid, integer) is
  'compact_search_index() for one person until nothing is left to do, a transaction for each thousand. done: how many notifications.';
grant execute on procedure notify_private.compact_one_search_index(uuid, integer) to rowbell_worker;
