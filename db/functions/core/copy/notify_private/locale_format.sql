create or replace function notify_private.locale_format(locale text) returns notify_private.locale_formats
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  tag text := coalesce(locale, 'en');
  format notify_private.locale_formats;
begin
  loop
    select f.* into format from notify_private.locale_formats as f where f.locale = tag;
    exit when found;
    tag := case when pg_catalog.strpos(tag, '-') = 0 then 'en' else pg_catalog.regexp_replace(tag, '-[^-]*$', '') end;
  end loop;
  return format;
end
$$;
comment on function notify_private.locale_format(text) is
  'How dates and times are said in a locale: its own row, else that of its language, else the English one.';
