-- Not definer and without settings of its own: a procedure that has either may not commit.
create or replace procedure notify_private.apply_retention(inout done integer)
language plpgsql
as $$
declare
  past pg_catalog.record;
  policy pg_catalog.record;
begin
  done := 0;
  for past in select p.table_name, p.partition_name from notify_private.past_partitions() as p loop
    if notify_private.drop_partition(past.table_name, past.partition_name) in ('dropped', 'rewritten') then
      done := done + 1;
    end if;
    commit;
  end loop;
  for policy in select * from notify_private.aged_tables() as a (table_name) loop
    while notify_private.delete_aged(policy.table_name) > 0 loop
      done := done + 1;
      commit;
    end loop;
  end loop;
end
$$;
comment on procedure notify_private.apply_retention(integer) is
  'Does what retention_policies say: a transaction for each partition, and for each ten thousand rows '
  'of the other tables. Ended half-way, the next run goes on. done: how many of them changed something.';
grant execute on procedure notify_private.apply_retention(integer) to rowbell_worker;
