create or replace function notify_private.admit(provider text, wanted integer) returns integer
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_variable
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  admitted integer;
  p notify.providers;
begin
  select * into strict p from notify.providers as x where x.provider = provider;
  if p.paused_until > at then
    return 0;
  end if;
  if p.paused_until is not null then
    -- Half open: one message probes; the others wait until its result is in, or for 5 s if it never comes.
    update notify.providers as x set paused_until = at + interval '5 seconds'
    where x.provider = provider and x.paused_until <= at;
    return case when found then 1 else 0 end;
  end if;
  if p.rate_per_second is null then
    return wanted;
  end if;
  -- A token bucket one second deep. The row lock makes it exact over all workers.
  update notify.providers as x
  set tokens = filled.tokens - filled.taken, refilled_at = at
  from (
    select y.provider, b.tokens, least(wanted, floor(b.tokens)) as taken
    from (select * from notify.providers as z where z.provider = provider for update) as y
    cross join lateral (
      select least(
        greatest(y.rate_per_second, 1),
        y.tokens + y.rate_per_second * greatest(extract(epoch from at - y.refilled_at), 0)
      ) as tokens
    ) as b
  ) as filled
  where x.provider = filled.provider
  returning filled.taken into admitted;
  if admitted = 0 then
    -- One job a lane waits for the next tokens, however many looked in vain: without the key each of them left two behind.
    perform graphile_worker.add_jobs(array(
      select row(
        case waiting.lane when 'urgent' then 'delivery__send_urgent' else 'delivery__send' end,
        pg_catalog.json_build_object('provider', provider), null, at + interval '200 milliseconds', null,
        'rate:' || provider || ':' || waiting.lane, null, null
      )::graphile_worker.job_spec
      from (
        select distinct d.lane from notify.deliveries as d
        where d.provider = provider and d.status = 'queued' and d.due_at <= at
      ) as waiting
    ), job_key_preserve_run_at => true);
  end if;
  return admitted;
end
$$;
comment on function notify_private.admit(text, integer) is
  'How many messages a provider may be given now: none while it is paused, one to probe it afterwards, within its rate limit otherwise.';
