create or replace function notify_private.refresh_period(span text, starts_at timestamptz, wait boolean default false) returns boolean
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  started constant timestamptz := pg_catalog.clock_timestamp();
  closed_before timestamptz;
  announced timestamptz;
begin
  -- In share: until we have counted nobody lets go of the rows (close_rollups).
  select c.before into strict closed_before from notify_private.rollups_closed as c for share;
  -- One at a time: who comes second would see more and could be overwritten by the first.
  insert into notify_private.rollup_periods (span, starts_at) values (refresh_period.span, refresh_period.starts_at)
    on conflict do nothing;
  if refresh_period.wait then
    perform from notify_private.rollup_periods as p
    where p.span = refresh_period.span and p.starts_at = refresh_period.starts_at for update;
  else
    perform from notify_private.rollup_periods as p
    where p.span = refresh_period.span and p.starts_at = refresh_period.starts_at for update skip locked;
    if not found then
      return false;
    end if;
  end if;
  -- First the marks, then the rows, in a later snapshot: it sees whatever a mark announced that was there to be taken. Marks of
  -- who has not yet committed stay. Not done until committed, so a crash puts the marks back.
  with gone as (
    delete from notify_private.dirty_periods as m where m.span = refresh_period.span and m.starts_at = refresh_period.starts_at
    returning m.announced_at
  )
  select min(g.announced_at) into announced from gone as g;
  if announced is null then
    return false;
  end if;
  if refresh_period.span <> 'notifications'
    and refresh_period.starts_at + (case refresh_period.span when 'day' then interval '24 hours' else interval '1 hour' end)
      <= greatest(closed_before, notify_private.rollup_floor())
  then
    return false;
  end if;

  -- What is marked in turn lacks what was announced here, since then.
  case refresh_period.span
    when 'notifications' then
      insert into notify_private.dirty_periods (span, starts_at, announced_at)
      select distinct 'hour', notify_private.uuid_hour(d.id), announced
      from notify.deliveries as d
      where d.notification_id >= notify_private.uuidv7_floor(refresh_period.starts_at)
        and d.notification_id < notify_private.uuidv7_floor(refresh_period.starts_at + interval '1 hour')
        -- Never before its notification.
        and d.id >= notify_private.uuidv7_floor(refresh_period.starts_at);
    when 'hour' then
      perform notify_private.refresh_hourly_rollup(refresh_period.starts_at);
      insert into notify_private.dirty_periods (span, starts_at, announced_at)
      values ('day', pg_catalog.date_trunc('day', refresh_period.starts_at, 'UTC'), announced);
    when 'day' then
      perform notify_private.refresh_daily_rollup(refresh_period.starts_at);
  end case;
  update notify_private.rollup_periods as p
  set computed_at = started, took = pg_catalog.clock_timestamp() - started
  where p.span = refresh_period.span and p.starts_at = refresh_period.starts_at;
  return true;
end
$$;
comment on function notify_private.refresh_period(text, timestamptz, boolean) is
  'Counts a period that is marked anew, in the caller''s transaction. False: it is '
  'not marked, is closed, or somebody else is counting it (wait: then after them).';
grant execute on function notify_private.refresh_period(text, timestamptz, boolean) to rowbell_worker;
