create or replace function notify_private.claim_status_batch(endpoint_id uuid, claim_id uuid)
returns table (webhook_id text, url text, secrets text[], fixed_at timestamptz, dropped_events bigint, events jsonb)
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  at constant timestamptz := clock_timestamp();
  -- All transactions before it have ended, and what they wrote is seen by every statement below.
  horizon constant xid8 := notify_private.status_horizon();
  endpoint notify.status_endpoints;
  place notify_private.status_positions;
  moved boolean := false;
  has_batch boolean;
begin
  -- Before its position, as whoever changes or deletes it does.
  select * into endpoint from notify.status_endpoints as e
  where e.id = endpoint_id and e.enabled and coalesce(e.paused_until, at) <= at for no key update skip locked;
  if not found then
    return;
  end if;
  select * into place from notify_private.status_positions as p
  where p.endpoint_id = endpoint.id and coalesce(p.claimed_until, at) <= at for no key update;
  if not found then
    return;
  end if;
  -- What an endpoint does not want is passed over, for a while; the next look goes on.
  for round in 1..20 loop
    -- What was fixed goes as it is, until it is taken; it has nothing left to say where all of its people were erased.
    if place.until_xid is not null then
      exit when place.events <> '[]';
    else
      select n.xid, n.id into place.until_xid, place.until_id
      from (
        select c.xid, c.id, sum(cardinality(coalesce(c.delivery_ids, c.recipient_ids))) over (order by c.xid, c.id) as size
        from (
          select * from notify_private.status_changes as x
          where (x.xid, x.id) > (place.after_xid, place.after_id) and x.xid < horizon
          order by x.xid, x.id limit endpoint.max_events
        ) as c
      ) as n
      where n.size <= endpoint.max_events
      order by n.xid desc, n.id desc limit 1;
      exit when not found;
    end if;
    place.events := coalesce(place.events, notify_private.status_events(endpoint, place), '[]');
    exit when place.events <> '[]';
    moved := true;
    place.after_xid := place.until_xid;
    place.after_id := place.until_id;
    place.until_xid := null;
    place.until_id := null;
    place.events := null;
    if place.fixed_at is not null then
      -- It may have gone out under its number.
      place.batch := place.batch + 1;
      place.fixed_at := null;
      place.dropped_events := null;
    end if;
  end loop;
  has_batch := place.until_xid is not null;
  if not has_batch and not moved then
    return;
  end if;
  update notify_private.status_positions as p
  set
    after_xid = place.after_xid, after_id = place.after_id, until_xid = place.until_xid, until_id = place.until_id,
    batch = place.batch, events = place.events,
    fixed_at = case when has_batch then coalesce(place.fixed_at, at) end,
    dropped_events = case when has_batch then coalesce(place.dropped_events, endpoint.dropped_events) end,
    claim_id = case when has_batch then claim_status_batch.claim_id end,
    claimed_until = case when has_batch then at + interval '1 minute' end,
    previous_secret = case when place.previous_secret_expires_at > at then place.previous_secret end,
    previous_secret_expires_at = case when place.previous_secret_expires_at > at then place.previous_secret_expires_at end
  where p.endpoint_id = endpoint.id
  returning * into place;
  if has_batch then
    webhook_id := endpoint.id || '_' || place.batch;
    url := endpoint.url;
    secrets := array_remove(array[place.secret, place.previous_secret], null);
    fixed_at := place.fixed_at;
    dropped_events := place.dropped_events;
    events := place.events;
    return next;
  end if;
end
$$;
comment on function notify_private.claim_status_batch(uuid, uuid) is
  'The batch of an endpoint that is to be sent now, fixed when this commits: the one that was on its way, or the next. No row: there is '
  'none, or the endpoint is paused or in the hands of another worker. What it says is fixed with it. The claim holds for a minute.';
grant execute on function notify_private.claim_status_batch(uuid, uuid) to rowbell_worker;
