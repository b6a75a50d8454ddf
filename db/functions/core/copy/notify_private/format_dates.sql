create or replace function notify_private.format_dates(first date, last date, with_year boolean, locale text) returns text
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  format constant notify_private.locale_formats := notify_private.locale_format(locale);
  said text;
begin
  said := case
    when first = last then case when with_year then format.day_with_year else format.day end
    when extract(year from first) <> extract(year from last) then format.over_years
    when extract(month from first) = extract(month from last) then
      case when with_year then format.in_month_with_year else format.in_month end
    else case when with_year then format.in_year_with_year else format.in_year end
  end;
  -- No name of a month has braces, so one after the other is as good as all at once.
  said := pg_catalog.replace(said, '{d1}', extract(day from first)::text);
  said := pg_catalog.replace(said, '{d2}', extract(day from last)::text);
  said := pg_catalog.replace(said, '{dd1}', pg_catalog.to_char(first, 'DD'));
  said := pg_catalog.replace(said, '{dd2}', pg_catalog.to_char(last, 'DD'));
  said := pg_catalog.replace(said, '{m1}', extract(month from first)::text);
  said := pg_catalog.replace(said, '{m2}', extract(month from last)::text);
  said := pg_catalog.replace(said, '{mm1}', pg_catalog.to_char(first, 'MM'));
  said := pg_catalog.replace(said, '{mm2}', pg_catalog.to_char(last, 'MM'));
  said := pg_catalog.replace(said, '{M1}', format.months[extract(month from first)]);
  said := pg_catalog.replace(said, '{M2}', format.months[extract(month from last)]);
  said := pg_catalog.replace(said, '{y1}', extract(year from first)::text);
  return pg_catalog.replace(said, '{y2}', extract(year from last)::text);
end
$$;
comment on function notify_private.format_dates(date, date, boolean, text) is
  'First and last day as a locale says them ("Jul 3 – 7", "3–7 juil."), as CLDR and '
  'Intl.DateTimeFormat do. The year is said where asked for, and always where the two differ in it.';
