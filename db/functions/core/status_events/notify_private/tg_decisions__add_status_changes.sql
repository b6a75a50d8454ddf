create or replace function notify_private.tg_decisions__add_status_changes() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from notify.status_endpoints as e where e.enabled and 'suppressed' = any (e.kinds)) then
    return null;
  end if;
  insert into notify_private.status_changes (kind, reason, event_id, channel, recipient_ids)
  select 'suppressed', n.reason, n.event_id, n.channel, array_agg(n.recipient_id order by n.recipient_id)
  from (
    select c.event_id, c.channel, c.reason, c.recipient_id,
      (row_number() over (partition by c.event_id, c.channel, c.reason order by c.recipient_id) - 1) / 50 as part
    from changed as c
    -- Redacting changes rows that were suppressed before; deciding says when. Old rows would be kept of every decision.
    where c.outcome = 'suppress' and (tg_op = 'INSERT' or c.decided_at >= transaction_timestamp())
  ) as n
  group by n.event_id, n.channel, n.reason, n.part
  order by n.event_id, n.channel, n.reason, n.part;
  return null;
end
$$;
comment on function notify_private.tg_decisions__add_status_changes() is
  'A rule suppressed candidates, at once or after they had waited: they join the backlog of status events.';

create or replace trigger _700_add_status_changes_inserted
  after insert on notify.decisions
  referencing new table as changed
  for each statement execute function notify_private.tg_decisions__add_status_changes();
create or replace trigger _700_add_status_changes_updated
  after update on notify.decisions
  referencing new table as changed
  for each statement execute function notify_private.tg_decisions__add_status_changes();
