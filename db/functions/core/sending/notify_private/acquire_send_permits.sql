create or replace function notify_private.acquire_send_permits(sender_id smallint, lane text, wanted integer, via smallint) returns integer
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  at timestamptz := pg_catalog.clock_timestamp();
  available numeric;
  due integer;
  urgent integer := 0;
  admitted integer;
  s notify.senders;
begin
  select * into strict s from notify.senders as x where x.id = via;
  if s.paused_until > at and s.pause_reason is distinct from 'slow' then
    return 0;
  end if;
  if s.paused_until <= at then
    -- Half open: one message probes; the others wait until its result is in, or for 5 s if it never comes. Where none is due, nobody
    -- probes.
    update notify.senders as x
    set paused_until = at + interval '5 seconds', pause_reason = case x.pause_reason when 'operator' then 'probing' else x.pause_reason end
    where x.id = via and x.paused_until <= at and exists (
      select from notify.deliveries as d
      where d.sender_id = sender_id and d.lane = lane and d.status = 'queued' and d.due_at <= at limit 1
    );
    return case when found then 1 else 0 end;
  end if;
  if s.rate_per_second is null then
    return wanted;
  end if;
  -- A token bucket one second deep. The row lock makes it exact over all workers; what is asked after it sees what
  -- earlier holders took.
  select * into strict s from notify.senders as x where x.id = via for no key update;
  if s.rate_per_second is null then
    return wanted;
  end if;
  at := pg_catalog.clock_timestamp();
  available := least(
    greatest(s.rate_per_second, 1),
    s.tokens + s.rate_per_second * greatest(extract(epoch from at - s.refilled_at), 0));
  -- No more tokens than messages: one P0 took a second's worth with it. And P0 goes first: bulk gets what is left over.
  select count(*) into due from (
    select from notify.deliveries as d
    where d.sender_id = sender_id and d.lane = lane and d.status = 'queued' and d.due_at <= at limit wanted
  ) as d;
  if lane = 'bulk' then
    select count(*) into urgent from (
      select from notify.deliveries as d
      where d.sender_id = sender_id and d.lane = 'urgent' and d.status = 'queued' and d.due_at <= at limit wanted
    ) as d;
  end if;
  admitted := greatest(least(due, floor(available) - urgent), 0);
  update notify.senders as x set tokens = available - admitted, refilled_at = at where x.id = via;
  if admitted = 0 and due > 0 then
    -- One job of the lane waits for the next token, however many looked in vain: without the key each left two behind.
    perform graphile_worker.add_job(
      case lane when 'urgent' then 'delivery__send_urgent' else 'delivery__send' end,
      pg_catalog.json_build_object('sender', sender_id),
      run_at => at + least(interval '200 milliseconds', greatest(interval '10 milliseconds', case lane
        when 'urgent' then interval '1 second' * (1 - available) / s.rate_per_second else interval '200 milliseconds' end)),
      job_key => 'rate:' || sender_id || ':' || lane,
      job_key_mode => 'preserve_run_at');
  end if;
  return admitted;
end
$$;
comment on function notify_private.acquire_send_permits(smallint, text, integer, smallint) is
  'How many messages that wait for a sender may be given now to the one that carries them (choose_sender()): none while that is paused, '
  'one to probe it afterwards, within its rate limit otherwise, P0 first.';
