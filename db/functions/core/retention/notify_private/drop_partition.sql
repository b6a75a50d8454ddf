create or replace function notify_private.drop_partition(table_name text, partition_name text) returns text
language plpgsql volatile
-- Definer: partitions belong to the owner. The worker may only have one dropped that a policy says is past.
security definer set search_path = pg_catalog, pg_temp
-- For a moment nobody else may use the parent. Who waits for that stops every insert behind it, so the wait is short: less
-- than the second after which others look for a deadlock, and retention has another try every hour.
set lock_timeout = '500ms'
as $$
#variable_conflict use_variable
declare
  started constant timestamptz := pg_catalog.clock_timestamp();
  past record;
  key text;
  needed uuid[];
  total bigint;
  kept bigint;
  done text;
begin
  -- One at a time, and not while partitions are made.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('notify_private.make_partitions'));
  select p.* into past from notify_private.past_partitions() as p where p.table_name = table_name and p.partition_name = partition_name;
  if not found then
    return null;
  end if;
  -- Examined without locks: no key that is not needed now will be needed later (retention_policies.needed).
  execute pg_catalog.format('select array(select k from %s($1, $2, $3) as k)', past.needed)
    into needed using past.from_id, past.to_id, past.kept_since;
  select a.attname into strict key
  from pg_catalog.pg_partitioned_table as t
  join pg_catalog.pg_attribute as a on a.attrelid = t.partrelid and a.attnum = t.partattrs[0]
  where t.partrelid = table_name::regclass;
  execute pg_catalog.format('select count(*), count(*) filter (where r.%I = any ($1)) from notify_private.%I as r', key, partition_name)
    into total, kept using needed;
  if pg_catalog.cardinality(needed) > 0 and kept = total then
    return null;
  end if;

  begin
    -- The figures outlive what they count.
    perform notify_private.close_rollups(table_name, past.from_id, past.to_id);
    if pg_catalog.cardinality(needed) = 0 then
      execute pg_catalog.format('drop table notify_private.%I', partition_name);
      done := 'dropped';
    else
      -- A small partition in the old one's place, also where it begins empty: an event still to come will be decided in it.
      -- From here to the commit the table is ours, so that nothing is written to the old one after it was read.
      execute pg_catalog.format('lock table only %s in access exclusive mode', table_name::regclass);
      execute pg_catalog.format('alter table notify_private.%I rename to %I', partition_name, partition_name || '_past');
      execute pg_catalog.format('create table notify_private.%I (like %s including all)', partition_name, table_name::regclass);
      execute pg_catalog.format('alter table notify_private.%I enable row level security', partition_name);
      execute pg_catalog.format('insert into notify_private.%I select * from notify_private.%I as r where r.%I = any ($1)',
        partition_name, partition_name || '_past', key) using needed;
      get diagnostics kept = row_count;
      execute pg_catalog.format('alter table %s detach partition notify_private.%I', table_name::regclass, partition_name || '_past');
      execute pg_catalog.format('alter table %s attach partition notify_private.%I for values from (%L) to (%L)',
        table_name::regclass, partition_name, past.from_id, past.to_id);
      execute pg_catalog.format('drop table notify_private.%I', partition_name || '_past');
      done := 'rewritten';
    end if;
  exception when lock_not_available or deadlock_detected then
    done := 'postponed';
    kept := total;
  end;
  insert into notify.retention_runs (table_name, partition_name, action, removed, kept, started_at)
  values (table_name, partition_name, done, total - kept, kept, started);
  return done;
end
$$;
comment on function notify_private.drop_partition(text, text) is
  'Drops a partition that its table''s policy says is past; where rows of it are still needed, puts '
  'a small one with only these in its place. All or nothing, in the caller''s transaction. Returns '
  'dropped, rewritten, postponed (somebody used the table), or null where there was nothing to do.';
grant execute on function notify_private.drop_partition(text, text) to rowbell_worker;
