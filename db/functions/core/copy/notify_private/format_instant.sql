create or replace function notify_private.format_instant(at timestamptz, zone text, locale text) returns text
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  format constant notify_private.locale_formats := notify_private.locale_format(locale);
  wall constant timestamp := at at time zone coalesce(notify_hidden.clock_zone(zone), 'UTC');
  hour constant text := extract(hour from wall)::text;
  said text := format.instant;
begin
  if not isfinite(at) then
    return null;
  end if;
  -- The clock first: no day has braces.
  said := pg_catalog.replace(said, '{HH}', pg_catalog.to_char(wall, 'HH24'));
  said := pg_catalog.replace(said, '{H}', hour);
  said := pg_catalog.replace(said, '{hh}', pg_catalog.to_char(wall, 'HH12'));
  said := pg_catalog.replace(said, '{h}', pg_catalog.to_char(wall, 'FMHH12'));
  said := pg_catalog.replace(said, '{min}', pg_catalog.to_char(wall, 'MI'));
  said := pg_catalog.replace(said, '{half}', coalesce(format.halves[1 + hour::integer / 12], ''));
  return pg_catalog.replace(said, '{date}', notify_private.format_dates(wall::date, wall::date, true, locale));
end
$$;
comment on function notify_private.format_instant(timestamptz, text, text) is
  'An instant as a locale says it, on the wall clock of a zone (null: UTC): "Jul 3, 2026 at 9:05 PM", "3 juil. 2026 à 21:05"; null for '
  'infinity.';
