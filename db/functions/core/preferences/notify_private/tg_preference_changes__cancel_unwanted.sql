create or replace function notify_private.tg_preference_changes__cancel_unwanted() returns trigger
language plpgsql volatile
-- Definer: whoever may change a choice may not write deliveries.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  -- Whose change may have switched something off: a choice of theirs that says so, or one that is gone and said otherwise.
  people constant uuid[] := array(
    select distinct c.user_id from changes as c
    where c.scope in ('type', 'category')
      and (c.new is null or not coalesce((c.new ->> 'enabled')::boolean, true) or c.new ->> 'frequency' = 'never')
    order by 1
  );
  canceled uuid[];
begin
  if pg_catalog.cardinality(people) = 0 then
    return null;
  end if;
  -- A planner that has read their choices before is done with them; the next one reads this.
  perform from notify.users as u where u.id = any (people) order by u.id for no key update;
  -- By id, as everyone does who takes several; a worker that takes one first keeps it.
  canceled := array(
    select d.id
    from unnest(people) as p (id)
    cross join lateral (
      select x.type_key, x.channel from notify_private.effective_preferences(p.id, null) as x
      where not x.enabled or x.frequency = 'never'
    ) as off
    join notify.notifications as n on n.recipient_id = p.id and n.type_key = off.type_key and n.expires_at > at
    join notify.deliveries as d on d.notification_id = n.id and d.channel = off.channel and d.status = 'queued'
    order by d.id for update of d
  );
  -- Most choices end nothing, and then need not come back to a table that others write first.
  if pg_catalog.cardinality(canceled) = 0 then
    return null;
  end if;
  update notify.deliveries as d set status = 'canceled', reason = 'turned_off', due_at = null, finished_at = at
  where d.id = any (canceled);
  perform notify_private.advance_awaited(canceled, at);
  return null;
end
$$;
comment on function notify_private.tg_preference_changes__cancel_unwanted() is
  'What somebody switched off is not sent to them any more, though it was decided before: deliveries that no worker has taken yet, also '
  'those that wait for another try, are canceled.';

create or replace trigger _510_cancel_unwanted after insert on notify.preference_changes referencing new table as changes
  for each statement execute function notify_private.tg_preference_changes__cancel_unwanted();
