create or replace function notify_private.local_instant(local timestamp, zone text, which text default 'last') returns timestamptz
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  clock constant text := coalesce(notify_hidden.clock_zone(zone), 'UTC');
  -- "At time zone" takes the last of two occurrences, and reads what a gap skips by the offset before it.
  answer constant timestamptz := local at time zone clock;
  shown constant timestamp := answer at time zone clock;
  -- All sums are done on UTC's clock: "1 day" added to a timestamptz is a day of the session's time zone.
  utc constant timestamp := answer at time zone 'UTC';
  turned interval;
  below bigint;
  above bigint;
  middle bigint;
begin
  if shown <> local then
    -- Never shown: the answer lies after the gap, by less than its length. Clocks are set on whole seconds.
    below := pg_catalog.floor(extract(epoch from utc - (shown - local)));
    above := pg_catalog.floor(extract(epoch from utc));
    while above - below > 1 loop
      middle := (below + above) / 2;
      if (pg_catalog.to_timestamp(middle) at time zone clock) - (pg_catalog.to_timestamp(middle) at time zone 'UTC') = shown - utc then
        above := middle;
      else
        below := middle;
      end if;
    end loop;
    return pg_catalog.to_timestamp(above);
  end if;
  if which = 'first' then
    -- No clock was ever turned back by more than a day.
    turned := ((answer - interval '24 hours') at time zone clock) - (local - interval '24 hours');
    if turned > interval '0' and ((utc - turned) at time zone 'UTC') at time zone clock = local then
      return (utc - turned) at time zone 'UTC';
    end if;
  end if;
  return answer;
end
$$;
comment on function notify_private.local_instant(timestamp, text, text) is
  'The instant at which the wall clock of a zone (null: UTC) shows a local time: the '
  '''first'' or ''last'' where it shows it twice, the end of the gap where it never does.';
