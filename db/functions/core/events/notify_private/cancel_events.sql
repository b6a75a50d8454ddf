create or replace function notify_private.cancel_events(event_ids uuid[]) returns notify.cancellation
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  at timestamptz;
  canceled uuid[];
  waiting integer;
  ended uuid[];
  canceled_deliveries integer;
begin
  -- A planner holds its events for one slice: waited for, then the rest of them is canceled.
  canceled := array(
    select e.id from notify.events as e where e.id = any (event_ids) and e.canceled_at is null order by e.id for update
  );
  at := pg_catalog.clock_timestamp();
  update notify.events as e set canceled_at = at, plan_cursor = null where e.id = any (canceled);
  delete from notify_private.audience_rest as r where r.event_id = any (canceled);

  -- Whoever judges again what waits holds its people; nobody else makes anything of these events now.
  perform from notify.users as u
  where u.id in (
    select h.recipient_id from notify.holds as h where h.event_id = any (canceled) and h.released_at is null
    union
    select i.recipient_id from notify.digest_items as i where i.event_id = any (canceled) and i.position is null and i.left_out is null
  )
  order by u.id for no key update;

  -- By id, as everyone does who takes several; a worker that takes one first keeps it.
  perform from notify.deliveries as d
  where d.notification_id in (select c.notification_id from notify.decisions as c where c.event_id = any (canceled) and c.outcome = 'send')
    and d.status = 'queued'
  order by d.id for update;
  with stopped as (
    update notify.deliveries as d set status = 'canceled', reason = 'event_canceled', due_at = null, finished_at = at
    where d.notification_id in (select c.notification_id from notify.decisions as c
      where c.event_id = any (canceled) and c.outcome = 'send')
      and d.status = 'queued'
    returning d.id
  )
  select pg_catalog.array_agg(s.id), pg_catalog.count(*) into ended, canceled_deliveries from stopped as s;

  with released as (
    update notify.holds as h set released_at = at, outcome = 'suppress'
    where h.event_id = any (canceled) and h.released_at is null
    returning h.event_id, h.recipient_id, h.channel
  ),
  left_out as (
    update notify.digest_items as i set left_out = 'event'
    where i.event_id = any (canceled) and i.position is null and i.left_out is null
    returning i.event_id, i.recipient_id, i.channel
  ),
  decided as (
    update notify.decisions as d
    set outcome = 'suppress', rule = 'event', reason = 'canceled', inputs = null, notification_id = null, held_until = null, decided_at = at
    from (select * from released union select * from left_out) as w
    where d.event_id = w.event_id and d.recipient_id = w.recipient_id and d.channel = w.channel
    returning d.event_id, d.recipient_id, d.channel
  ),
  -- What is never told leaves its key to the next: what waited, and what no provider was ever given.
  untold as (
    select d.event_id, d.recipient_id, d.channel from decided as d
    union
    select c.event_id, c.recipient_id, c.channel from notify.decisions as c
    where c.event_id = any (canceled) and c.outcome = 'send'
      and exists (select from notify.deliveries as x
        where x.notification_id = c.notification_id and x.channel = c.channel and x.id = any (ended))
      and not exists (
        select from notify.deliveries as x
        where x.notification_id = c.notification_id and x.channel = c.channel and (x.attempt > 0 or x.status = 'delivered')
      )
  ),
  given_back as (
    delete from notify_private.dedupe_keys as k using untold as t
    where k.recipient_id = t.recipient_id and k.channel = t.channel and k.event_id = t.event_id
  )
  select pg_catalog.count(*) into waiting from decided;
  return (
    select c::notify.cancellation
    from (select pg_catalog.cardinality(canceled) as events, waiting, canceled_deliveries as deliveries) as c
  );
end
$$;
comment on function notify_private.cancel_events(uuid[]) is
  'Ends events: nothing more is planned of them, what waits (holds, digest items) ends as rule "event", reason "canceled", '
  'deliveries not yet taken by a worker become canceled. What is being sent is sent. Takes effect when the caller commits.';
