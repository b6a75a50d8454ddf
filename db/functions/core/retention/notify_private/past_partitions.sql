create or replace function notify_private.past_partitions()
returns table (table_name text, partition_name text, from_id uuid, to_id uuid, kept_since timestamptz, needed text)
language sql stable
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select p.table_name, part.name, notify_private.uuidv7_floor(month.starts_at), notify_private.uuidv7_floor(month.ends_at), since.at,
    policy.needed
  from notify.retention_policies as p
  join notify.retention_policies as policy on policy.table_name = coalesce(p.follows, p.table_name) and policy.needed is not null
  cross join lateral (
    select pg_catalog.now() - greatest(policy.keep, notify_private.retention_floor(policy.table_name)) as at
  ) as since
  join pg_catalog.pg_inherits as i on i.inhparent = pg_catalog.to_regclass(p.table_name)
  cross join lateral (select c.relname::text as name from pg_catalog.pg_class as c where c.oid = i.inhrelid) as part
  cross join lateral (
    select (pg_catalog.to_date(right(part.name, 7), 'YYYY_MM')::timestamp at time zone 'UTC') as starts_at,
      ((pg_catalog.to_date(right(part.name, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC') as ends_at
  ) as month
  where month.ends_at <= since.at
  -- A table before those that follow it: what is looked up through it then finds nothing, instead of a missing partition.
  order by month.starts_at, p.follows nulls first, p.table_name
$$;
comment on function notify_private.past_partitions() is
  'The monthly partitions whose whole month is older than its table''s policy, oldest first, with the bounds of their ids.';
grant execute on function notify_private.past_partitions() to rowbell_worker;
