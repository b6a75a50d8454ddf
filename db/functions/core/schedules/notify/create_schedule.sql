create or replace function notify.create_schedule(
  type_key text,
  time_of_day time,
  user_id uuid default null,
  weekdays smallint[] default null,
  time_zone text default null,
  subject_type text default null,
  subject_id uuid default null,
  data jsonb default '{}',
  starts_on date default null,
  ends_on date default null
) returns uuid
language plpgsql volatile
-- Definer: services do not write the engine's tables. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  zone constant text := notify_hidden.canonical_time_zone(time_zone);
  problem constant text[] := case
    when not exists (select from notify.notification_types as t where t.key = type_key) then
      array['type_key', pg_catalog.format('there is no notification type "%s"', left(type_key, 100))]
    when time_of_day is null then array['time_of_day', 'must be given']
    when user_id is not null and not exists (select from notify.users as u where u.id = user_id)
      then array['user_id', 'there is no such user']
    when not (weekdays <@ '{1,2,3,4,5,6,7}' and weekdays <> '{}') then array['weekdays', 'must be ISO weekdays from 1 (Monday) to 7']
    when not notify_hidden.is_time_zone(zone)
      then array['time_zone', pg_catalog.format('there is no IANA time zone "%s"', left(time_zone, 100))]
    when (subject_type is null) <> (subject_id is null) then array['subject_id', 'subject_type and subject_id come together']
    when pg_catalog.jsonb_typeof(data) <> 'object' then array['data', 'must be an object']
    when pg_catalog.pg_column_size(data) > 8192 then array['data', 'must be at most 8 kB']
    when ends_on < starts_on then array['ends_on', 'must not be before starts_on']
  end;
  made uuid;
begin
  if problem is not null then
    raise exception '%: %', problem[1], problem[2] using errcode = 'RBINV', column = problem[1],
      hint = notify_private.service_hint(problem[1]);
  end if;
  insert into notify.schedules (type_key, user_id, subject_type, subject_id, data, time_of_day, weekdays, time_zone, starts_on, ends_on)
  values (type_key, user_id, subject_type, subject_id, coalesce(data, '{}'), time_of_day, weekdays, zone, starts_on, ends_on)
  returning id into made;
  perform notify_private.set_clocks(array[made], pg_catalog.clock_timestamp());
  return made;
end
$$;
comment on function notify.create_schedule(text, time, uuid, smallint[], text, text, uuid, jsonb, date, date) is
  'For services: an event of a type again and again at a local time: by a person''s own clock (user_id), one zone''s '
  '(time_zone), or everybody''s own (neither: an event a zone). Raises RBINV naming the field. docs/scheduling.md.';
grant execute on function notify.create_schedule(text, time, uuid, smallint[], text, text, uuid, jsonb, date, date) to rowbell_writer;
