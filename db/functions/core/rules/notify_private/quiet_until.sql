create or replace function notify_private.quiet_until(windows notify.quiet_window[], zone text, at timestamptz) returns timestamptz
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  clock text;
  local timestamp;
  day date;
  weekday integer;
  steady boolean;
  spell notify.quiet_window;
  ahead integer;
  begins timestamp;
  ends timestamp;
  answer timestamptz;
begin
  if windows is null or windows = '{}' then
    return null;
  end if;
  clock := coalesce(notify_hidden.clock_zone(zone), 'UTC');
  local := at at time zone clock;
  day := local::date;
  weekday := extract(isodow from day);
  -- No clock is set within two days, so that wall-clock arithmetic is right; all but a few days a year.
  steady := (at - interval '48 hours') at time zone clock = local - interval '48 hours'
    and (at + interval '48 hours') at time zone clock = local + interval '48 hours';

  foreach spell in array windows loop
    -- The day near this one on which it begins: from two days ago, so that a clock turned back by a day is covered, to tomorrow.
    ahead := (spell.weekday - weekday + 9) % 7 - 2;
    continue when ahead > 1;
    begins := day + ahead + spell.starts_at;
    ends := day + ahead + spell.ends_at + case when spell.ends_at <= spell.starts_at then interval '24 hours' else interval '0' end;
    if steady then
      if local >= begins and local < ends then
        -- On UTC's clock: a day added to a timestamptz is one of the session's time zone.
        answer := greatest(answer, ((at at time zone 'UTC') + (ends - local)) at time zone 'UTC');
      end if;
    elsif at >= notify_private.local_instant(begins, clock, 'first') and at < notify_private.local_instant(ends, clock, 'last') then
      answer := greatest(answer, notify_private.local_instant(ends, clock, 'last'));
    end if;
  end loop;
  return answer;
end
$$;
comment on function notify_private.quiet_until(notify.quiet_window[], text, timestamptz) is
  'The end of the quiet hours that an instant lies in (the latest where several overlap), null where it '
  'lies in none. They run from the first occurrence of their local beginning to the last of their local end.';
