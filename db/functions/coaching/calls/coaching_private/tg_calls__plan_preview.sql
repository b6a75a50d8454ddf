create or replace function coaching_private.tg_calls__plan_preview() returns trigger
language plpgsql volatile
-- Definer: services may not set what is kept here, nor read every member.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  by_schedule timestamptz;
  zone text;
  shown timestamp;
begin
  if tg_op = 'UPDATE' then
    if old.status <> 'pending' and (new.scheduled_at <> old.scheduled_at or new.status = 'pending' and old.status <> new.status) then
      raise exception 'scheduled_at: the call is % and cannot be moved', old.status using errcode = 'RBCFL', column = 'scheduled_at';
    end if;
    if old.status <> 'pending' and new.status = 'canceled' and old.status <> 'canceled' then
      raise exception 'status: the call is % and cannot be canceled', old.status using errcode = 'RBCFL', column = 'status';
    end if;
    if new.scheduled_at = old.scheduled_at then
      return new;
    end if;
    -- Another time has a preview of its own.
    new.preview_sent := false;
    new.preview_sent_at := null;
    if new.schedule_id is not null then
      -- By two keys and not together: whoever moves many calls has loops turned off, and all people would be read for each call.
      select coalesce((select u.time_zone from notify.users as u where u.id = s.user_id), 'UTC'), new.local_day + s.local_time
      into zone, shown
      from coaching.call_schedules as s where s.id = new.schedule_id;
      by_schedule := notify_private.local_instant(shown, zone, 'first');
      shown := case
        when new.scheduled_at = by_schedule then null
        -- The clock changed and not the call.
        when new.scheduled_at = notify_private.local_instant(new.moved_day + new.moved_time, zone, 'first')
          then new.moved_day + new.moved_time
        else new.scheduled_at at time zone notify_hidden.clock_zone(zone)
      end;
      new.moved_day := shown::date;
      new.moved_time := shown::time;
    end if;
  end if;
  new.preview_due_at := coaching_private.preview_due_at(new.scheduled_at, new.user_id);
  new.preview_skipped := case when new.preview_due_at is null then 'too_late' end;
  return new;
end
$$;
comment on function coaching_private.tg_calls__plan_preview() is
  'CP-1, CP-9: a call that is made or moved knows when its preview is due; CP-8: and a '
  'schedule''s call, whether it was moved by itself. A row trigger, because it changes the row.';

create or replace trigger _100_plan_preview
  before insert or update of scheduled_at, status on coaching.calls
  for each row execute function coaching_private.tg_calls__plan_preview();
