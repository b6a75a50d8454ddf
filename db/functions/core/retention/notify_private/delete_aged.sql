create or replace function notify_private.delete_aged(table_name text, max_rows integer default 10000) returns bigint
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller; what may go is what the policy says.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  started constant timestamptz := pg_catalog.clock_timestamp();
  policy notify.retention_policies;
  removed bigint;
begin
  select p.* into policy from notify.retention_policies as p where p.table_name = table_name and p.age_column is not null;
  if not found then
    return 0;
  end if;
  execute pg_catalog.format(
    'delete from %1$s as r where r.ctid = any (array(select a.ctid from %1$s as a where a.%2$I < $1 limit $2 for update skip locked))',
    policy.table_name::regclass, policy.age_column)
  using started - greatest(policy.keep, policy.at_least), max_rows;
  get diagnostics removed = row_count;
  if removed > 0 then
    insert into notify.retention_runs (table_name, action, removed, started_at) values (table_name, 'deleted', removed, started);
  end if;
  return removed;
end
$$;
comment on function notify_private.delete_aged(text, integer) is
  'Deletes rows that are older than their table''s policy, at most so many; returns how many. For tables without partitions.';
grant execute on function notify_private.delete_aged(text, integer) to rowbell_worker;
