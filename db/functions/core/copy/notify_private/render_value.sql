create or replace function notify_private.render_value(value jsonb, locale text) returns text
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_catalog.jsonb_typeof(value -> 'dates') = 'array' then
    if locale is null then
      -- ISO 8601-1, 5.5: an interval by its first and last day.
      return (value -> 'dates' ->> 0) || '/' || (value -> 'dates' ->> 1);
    end if;
    return notify_private.format_dates(
      (value -> 'dates' ->> 0)::date, (value -> 'dates' ->> 1)::date, coalesce((value ->> 'year')::boolean, false), locale);
  end if;
  raise exception 'copy knows no value like %', value
    using errcode = 'RBVAR', hint = 'Text, a number, or {"dates": ["2026-07-03", "2026-07-07"], "year": false}.';
end
$$;
comment on function notify_private.render_value(jsonb, text) is
  'A value with a type in the words of a locale: {"dates": [first, last], "year": whether to say '
  'it}. Audiences give data and copy stays text: how it is said is decided here, once for each text.';
