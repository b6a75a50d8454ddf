create or replace function notify_private.readiness(
  migrations jsonb, out missing_migrations bigint, out missing_partitions bigint, out workers_alive bigint, out packs text[]
)
language plpgsql stable
-- Definer: the route that answers balancers may read no table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  packs := array(select p.name from notify.packs as p where p.enabled order by p.name <> 'core', p.name);
  select count(*) into missing_migrations
  from pg_catalog.jsonb_each(migrations) as p (pack, numbers)
  cross join lateral pg_catalog.jsonb_array_elements_text(p.numbers) as m (number)
  where (p.pack = 'core' or p.pack = any (packs)) and not exists (select from rowbell.migrations as x where x.version = m.number);
  -- Without next month's partitions every insert fails at midnight.
  select count(*) into missing_partitions
  from unnest(array['events', 'notifications', 'decisions', 'deliveries', 'delivery_attempts', 'receipts', 'activities']) as parent
  cross join unnest(array[pg_catalog.now(), pg_catalog.now() + interval '1 month']) as instant
  where pg_catalog.to_regclass(
    'notify_private.' || parent || '_' || pg_catalog.to_char(instant at time zone 'UTC', 'YYYY_MM')) is null;
  select count(*) into workers_alive
  from notify.workers as w
  where w.stopped_at is null and w.seen_at > pg_catalog.clock_timestamp() - interval '15 seconds';
end
$$;
comment on function notify_private.readiness(jsonb) is
  'What stands in the way of serving: migrations that this version has, by pack ({"core": ["20261130100100"]}), and the '
  'database has not of the packs that are on, partitions missing for this month or the next; how many workers beat, for '
  'information; and which packs are on.';
grant execute on function notify_private.readiness(jsonb) to rowbell_http;
