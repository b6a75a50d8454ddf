create or replace function notify_private.make_partitions(months_ahead integer default 3) returns integer
language plpgsql volatile
-- Definer: partitions belong to the owner; the worker may only ask for them. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
-- A partition needs its parent to itself for a moment. Behind a long read (a dump) it would wait, and every insert behind
-- it; months ahead of need there is always another night.
set lock_timeout = '2s'
as $$
declare
  parent text;
  first_month timestamptz;
  first_day timestamptz;
  partition text;
  refusal text;
  made integer := 0;
begin
  -- One at a time: two deploys may meet here.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('notify_private.make_partitions'));
  -- Where there is none yet, the ones of notifications are about to be made, from last month on.
  select coalesce(min(pg_catalog.to_date(right(c.relname, 7), 'YYYY_MM')::timestamp at time zone 'UTC'),
      pg_catalog.date_trunc('month', now(), 'UTC') - interval '1 month')
    into first_month
  from pg_catalog.pg_inherits as i join pg_catalog.pg_class as c on c.oid = i.inhrelid
  where i.inhparent = 'notify.notifications'::regclass;
  foreach parent in array array[
    'notify.events', 'notify.notifications', 'notify.decisions', 'notify.deliveries', 'notify.delivery_attempts', 'notify.receipts',
    'notify.holds', 'notify.digest_items', 'notify.activities', 'notify_private.search_index_chunks'
  ] loop
    for first_day in
      select pg_catalog.generate_series(
        -- From last month on: a restored or replayed row may be a little old. Words from the first month there are
        -- notifications of, which may be older than the table of words.
        case parent when 'notify_private.search_index_chunks' then first_month
          else pg_catalog.date_trunc('month', now(), 'UTC') - interval '1 month' end,
        pg_catalog.date_trunc('month', now(), 'UTC') + pg_catalog.make_interval(months => months_ahead),
        interval '1 month', 'UTC')
    loop
      partition := pg_catalog.format('%s_%s', pg_catalog.split_part(parent, '.', 2),
        pg_catalog.to_char(first_day at time zone 'UTC', 'YYYY_MM'));
      continue when pg_catalog.to_regclass('notify_private.' || partition) is not null;
      execute pg_catalog.format(
        'create table notify_private.%I partition of %s for values from (%L) to (%L) with (fillfactor = %s)',
        partition, parent::regclass,
        notify_private.uuidv7_floor(first_day),
        notify_private.uuidv7_floor(pg_catalog.date_add(first_day, interval '1 month', 'UTC')),
        -- A delivery is claimed and then has an outcome: half of its page is room for that. All in all it takes less than without.
        case parent when 'notify.deliveries' then 50 else 100 end);
      -- Reached only through the parent; closed in case a grant ever slips.
      execute pg_catalog.format('alter table notify_private.%I enable row level security', partition);
      -- Triggers by row come with the partition. TRUNCATE asks those of the table that it names, so each month has its own.
      for refusal in
        select pg_catalog.replace(pg_catalog.pg_get_triggerdef(t.oid), ' ON ' || parent || ' ', ' ON notify_private.' || partition || ' ')
        from pg_catalog.pg_trigger as t
        where t.tgrelid = parent::regclass and not t.tgisinternal and t.tgtype & 32 <> 0
      loop
        execute refusal;
      end loop;
      made := made + 1;
    end loop;
  end loop;
  return made;
end
$$;
comment on function notify_private.make_partitions(integer) is
  'Makes the monthly partitions from last month to some months ahead; '
  'returns how many were missing. Run at each deploy and daily by the worker.';
grant execute on function notify_private.make_partitions(integer) to rowbell_worker;

-- At each deploy; one that comes during a long read leaves it to the worker.
do $$
begin
  perform notify_private.make_partitions();
exception when lock_not_available then
  raise warning 'partitions are not made now: somebody reads their tables';
end
$$;
