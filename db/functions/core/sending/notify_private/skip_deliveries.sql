create or replace function notify_private.skip_deliveries(sender_id smallint, lane text) returns bigint
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  at constant timestamptz := clock_timestamp();
  changed_at constant timestamptz := (select s.changed_at from notify.senders as s where s.id = skip_deliveries.sender_id);
  due constant uuid[] := array(
    select q.id from notify.deliveries as q
    where q.sender_id = skip_deliveries.sender_id and q.lane = skip_deliveries.lane and q.status = 'queued' and q.due_at <= at
      -- Another worker may have what the caller has not, and one that has not read the sender yet may have it soon.
      and not exists (
        select from notify.workers as w
        where w.lane = skip_deliveries.lane and w.stopped_at is null and w.seen_at > at - interval '15 seconds'
          and (skip_deliveries.sender_id = any (w.senders) or w.senders_read_at < changed_at)
      )
    limit 5000
  );
  people uuid[];
  skipped uuid[];
begin
  -- People before what belongs to them. Whom somebody else holds comes with the next look.
  people := array(
    select u.id from notify.users as u
    where u.id in (select q.recipient_id from notify.deliveries as q where q.id = any (due))
    order by u.id for no key update skip locked
  );
  skipped := array(
    select q.id from notify.deliveries as q
    where q.id = any (due) and q.status = 'queued' and q.recipient_id = any (people)
    for update skip locked
  );
  update notify.deliveries as d
  set status = 'suppressed', reason = 'provider_not_configured', due_at = null, finished_at = at
  where d.id = any (skipped);
  perform notify_private.give_back(skipped, at);
  perform notify_private.advance_awaited(skipped, at);
  return cardinality(skipped);
end
$$;
comment on function notify_private.skip_deliveries(smallint, text) is
  'Ends due deliveries of a sender that no worker of the lane has credentials for, with that reason; returns how many, at most 5 000. '
  'None while a worker has yet to read what operators have set. What nobody was told of uses up neither its key nor room under a cap.';
grant execute on function notify_private.skip_deliveries(smallint, text) to rowbell_worker;
