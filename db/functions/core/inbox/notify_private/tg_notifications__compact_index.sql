create or replace function notify_private.tg_notifications__compact_index() returns trigger
language plpgsql volatile
-- Definer: whoever adds notifications need not be able to enqueue jobs.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  -- One in 64, by the random end of its id: counting at each would cost planning more than all else here.
  sampled constant uuid[] := array(
    select distinct c.recipient_id from changed as c where pg_catalog.get_byte(uuid_send(c.id), 15) < 4
  );
  jobs graphile_worker.job_spec[];
begin
  if pg_catalog.cardinality(sampled) = 0 then
    return null;
  end if;
  jobs := array(
    select notify_private.job(
      'search_index__compact_one', pg_catalog.json_build_object('recipientId', s.id), 'search_index:' || s.id)
    from unnest(sampled) as s (id)
    cross join lateral (
      select count(*) as unpacked
      from (
        select from notify.notifications as n
        where n.recipient_id = s.id and n.id > coalesce((
          select w.last_id from notify_private.search_index_chunks as w where w.recipient_id = s.id order by w.id desc limit 1
        ), '00000000-0000-0000-0000-000000000000')
        limit 768
      ) as x
    ) as u
    where u.unpacked >= 768
    order by s.id
  );
  if pg_catalog.cardinality(jobs) > 0 then
    perform graphile_worker.add_jobs(jobs);
  end if;
  return null;
end
$$;
comment on function notify_private.tg_notifications__compact_index() is
  'Who has 768 notifications or more that are not packed has them packed now, whatever the time: what a search reads as it is is bounded '
  'by its number, to some thousand, and not by the hour.';

create or replace trigger _960_compact_index
  after insert on notify.notifications
  referencing new table as changed
  for each statement execute function notify_private.tg_notifications__compact_index();
