create or replace function notify_private.claim_status_batch(endpoint_id uuid, claim_id uuid)
returns table (webhook_id text, url text, secrets text[], dropped_events bigint, events jsonb)
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
    if place.until_xid is null then
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
    events := notify_private.status_events(endpoint, place);
    exit when events is not null;
    moved := true;
    place.after_xid := place.until_xid;
    place.after_id := place.until_id;
    place.until_xid := null;
    place.until_id := null;
  end loop;
  if events is null and not moved then
    return;
  end if;
  update notify_private.status_positions as p
  set
    after_xid = place.after_xid, after_id = place.after_id, until_xid = place.until_xid, until_id = place.until_id,
    claim_id = case when events is not null then claim_status_batch.claim_id end,
    claimed_until = case when events is not null then at + interval '1 minute' end,
    previous_secret = case when place.previous_secret_expires_at > at then place.previous_secret end,
    previous_secret_expires_at = case when place.previous_secret_expires_at > at then place.previous_secret_expires_at end
  where p.endpoint_id = endpoint.id
  returning * into place;
  if events is not null then
    webhook_id := endpoint.id || '_' || place.batch;
    url := endpoint.url;
    secrets := array_remove(array[place.secret, place.previous_secret], null);
    dropped_events := endpoint.dropped_events;
    return next;
  end if;
end
$$;
comment on function notify_private.claim_status_batch(uuid, uuid) is
  'The batch of an endpoint that is to be sent now, fixed when this commits: the one that was on its way, or the next. No row: there is '
  'none, or the endpoint is paused or in the hands of another worker. The claim holds for a minute.';
grant execute on function notify_private.claim_status_batch(uuid, uuid) to rowbell_worker;
