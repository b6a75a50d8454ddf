create or replace function notify_private.enqueue_sending(work notify_private.sending[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_catalog.cardinality(work) = 0 then
    return;
  end if;
  perform graphile_worker.add_jobs(array(
    select notify_private.job(
      case w.lane when 'urgent' then 'delivery__send_urgent' else 'delivery__send' end,
      pg_catalog.json_build_object('sender', w.sender_id))
    from unnest(work) as w
    -- A handler drains what is due in chunks of 500; more jobs than a worker runs at once would only find nothing.
    cross join lateral pg_catalog.generate_series(1, least((w.deliveries + 499) / 500, 4))
  ));
end
$$;
comment on function notify_private.enqueue_sending(notify_private.sending[]) is
  'Adds "look now" jobs per sender and lane, one call for all. The jobs '
  'are hints: a lost one costs a tick of the poller, a doubled one nothing.';
