create or replace function notify_private.close_rollups(table_name text, from_id uuid, to_id uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  closed_before timestamptz;
  until timestamptz := notify_private.uuid_hour(to_id);
  current_span text;
begin
  -- What the metrics are counted from (refresh_hourly_rollup).
  if table_name not in ('notify.deliveries', 'notify.delivery_attempts', 'notify.notifications', 'notify.receipts', 'notify.decisions',
    'notify.events')
  then
    return;
  end if;
  if table_name = 'notify.notifications' then
    -- What was made of them in later hours.
    until := greatest(until, (
      select notify_private.uuid_hour(d.id) + interval '1 hour' from notify.deliveries as d
      where d.notification_id >= from_id and d.notification_id < to_id order by d.id desc limit 1
    ));
  end if;
  -- Alone: whoever counts has finished, and the next sees that it is closed.
  select c.before into strict closed_before from notify_private.rollups_closed as c for update;
  if until <= closed_before then
    return;
  end if;
  foreach current_span in array array['notifications', 'hour', 'day'] loop
    perform notify_private.refresh_period(current_span, m.starts_at, true)
    from (select distinct k.starts_at from notify_private.dirty_periods as k where k.span = current_span and k.starts_at < until) as m;
  end loop;
  update notify_private.rollups_closed as c set before = until;
end
$$;
comment on function notify_private.close_rollups(text, uuid, uuid) is
  'Counts for a last time what is marked of the hours that need rows of this table '
  'and range, and closes them: called in the transaction that lets the rows go.';
