create or replace function notify_private.cancel_promotional(user_id uuid, channel text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  canceled uuid[];
begin
  -- By id, as everyone does who takes several; a worker that takes one first keeps it.
  canceled := array(
    select d.id
    from notify.notifications as n
    join notify.notification_types as t on t.key = n.type_key and t.purpose = 'promotional'
    join notify.deliveries as d on d.notification_id = n.id
    where n.recipient_id = cancel_promotional.user_id and n.expires_at > at and d.status = 'queued'
      and (cancel_promotional.channel is null or d.channel = cancel_promotional.channel)
    order by d.id for update of d
  );
  update notify.deliveries as d set status = 'canceled', reason = 'consent_withdrawn', due_at = null, finished_at = at
  where d.id = any (canceled);
  perform notify_private.advance_awaited(canceled, at);
end
$$;
comment on function notify_private.cancel_promotional(uuid, text) is
  'JK-9: promotional deliveries of a person, of one channel or all, that no worker has '
  'taken yet are not sent. Its caller holds the person, hence no planner is making more.';
