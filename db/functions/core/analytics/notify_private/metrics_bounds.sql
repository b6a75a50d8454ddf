create or replace function notify_private.metrics_bounds(
  split text, types text[], channels text[], since timestamptz, until timestamptz, time_zone text,
  out from_hour timestamptz, out from_day timestamptz, out to_day timestamptz, out to_hour timestamptz
)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  last_instant constant timestamptz := coalesce(until, pg_catalog.now());
  first_instant constant timestamptz := coalesce(since, last_instant - interval '7 days');
  zone constant text := notify_hidden.clock_zone(notify_hidden.canonical_time_zone(time_zone));
  wrong text;
begin
  if not isfinite(first_instant) then
    raise exception 'since: must be an instant' using errcode = 'RBINV', column = 'since';
  elsif not isfinite(last_instant) then
    raise exception 'until: must be an instant' using errcode = 'RBINV', column = 'until';
  elsif first_instant >= last_instant then
    raise exception 'since: must be before until' using errcode = 'RBINV', column = 'since';
  elsif not notify_hidden.is_time_zone(coalesce(notify_hidden.canonical_time_zone(time_zone), '')) then
    raise exception 'time_zone: there is no such time zone' using errcode = 'RBINV', column = 'time_zone';
  elsif split not in ('type', 'channel', 'hour', 'day') then
    raise exception 'step: must be hour or day' using errcode = 'RBINV', column = 'step';
  elsif split in ('hour', 'day') and last_instant - first_instant > 1000 * ('1 ' || split)::interval then
    raise exception 'since: at most 1000 % before until', case split when 'hour' then 'hours' else 'days' end
      using errcode = 'RBINV', column = 'since';
  elsif pg_catalog.cardinality(types) not between 1 and 100 then
    raise exception 'types: must be from 1 to 100, or null for all' using errcode = 'RBINV', column = 'types';
  elsif pg_catalog.cardinality(channels) not between 1 and 100 then
    raise exception 'channels: must be from 1 to 100, or null for all' using errcode = 'RBINV', column = 'channels';
  end if;
  select coalesce(t, 'null') into wrong from unnest(types) as t
    where not exists (select from notify.notification_types as k where k.key = t);
  if found then
    raise exception 'types: there is no type "%"', pg_catalog.left(wrong, 100) using errcode = 'RBINV', column = 'types';
  end if;
  select coalesce(c, 'null') into wrong from unnest(channels) as c where not exists (select from notify.providers as p where p.channel = c);
  if found then
    raise exception 'channels: there is no channel "%"', pg_catalog.left(wrong, 100) using errcode = 'RBINV', column = 'channels';
  end if;

  -- Whole hours, and where days are asked for the hours that begin in them: so the first and last are whole, too.
  if split = 'day' then
    from_hour := date_trunc('day', first_instant, zone);
    to_hour := (date_trunc('day', (last_instant - interval '1 microsecond') at time zone zone) + interval '1 day')
      at time zone zone;
    from_hour := date_bin('1 hour', from_hour + interval '1 hour' - interval '1 microsecond', 'epoch');
  else
    from_hour := date_bin('1 hour', first_instant, 'epoch');
    to_hour := last_instant;
  end if;
  to_hour := date_bin('1 hour', to_hour + interval '1 hour' - interval '1 microsecond', 'epoch');
  -- Days (UTC) are added up already: taken where nobody asks for their hours.
  from_day := date_bin('1 day', from_hour + interval '1 day' - interval '1 microsecond', 'epoch');
  to_day := date_bin('1 day', to_hour, 'epoch');
  if from_day >= to_day or split = 'hour' or split = 'day' and zone <> 'UTC' then
    from_day := to_hour;
    to_day := to_hour;
  end if;
end
$$;
comment on function notify_private.metrics_bounds(text, text[], text[], timestamptz, timestamptz, text) is
  'Checks what metrics are asked for (RBINV, naming the field) and says which hours (UTC) that is, and which of them are '
  'whole days: before from_day and from to_day on the hours count, between them the days. The last seven days unless told.';
