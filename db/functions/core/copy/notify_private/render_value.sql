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
  if value ? 'instant' and locale is null then
    return pg_catalog.to_char((value ->> 'instant')::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
  elsif value ? 'instant' then
    return notify_private.format_instant((value ->> 'instant')::timestamptz, value ->> 'zone', locale)
      -- Who reads it elsewhere must know whose clock that is.
      || case when (value ->> 'named')::boolean then ' (' || pg_catalog.translate(coalesce(value ->> 'zone', 'UTC'), '_', ' ') || ')'
        else '' end;
  end if;
  raise exception 'copy knows no value like %', value
    using errcode = 'RBVAR', hint = 'Text, a number, {"dates": ["2026-07-03", "2026-07-07"], "year": false}, '
      '{"instant": "2026-07-03T19:05Z", "zone": "Europe/Paris"}.';
end
$$;
comment on function notify_private.render_value(jsonb, text) is
  'A value with a type in the words of a locale: {"dates": [first, last], "year": whether to say it}, {"instant": which, "zone": on '
  'whose clock, "named": whether to say whose}. Audiences give data and copy stays text: how it is said is decided here, once for each '
  'text.';
