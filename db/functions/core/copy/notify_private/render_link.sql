create or replace function notify_private.render_link(template text, variables jsonb, https_only boolean) returns text
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  link text;
begin
  if template is null or pg_catalog.strpos(template, '{') = 0 then
    return template;
  end if;
  if template ~ '^\{[^{}]*\}$' then
    if variables -> pg_catalog.btrim(template, '{}') = 'null' then
      return null;
    end if;
    link := notify_private.render(template, variables);
  else
    -- A value stays within the part of the link that it stands in, whatever it holds.
    link := notify_private.render(template, (
      select pg_catalog.jsonb_object_agg(v.key, case
        when pg_catalog.jsonb_typeof(v.value) = 'string' then pg_catalog.to_jsonb(notify_private.url_encode(v.value #>> '{}'))
        else v.value
      end)
      from pg_catalog.jsonb_each(variables) as v));
  end if;
  return case when notify_private.is_link(link, https_only) then link end;
end
$$;
comment on function notify_private.render_link(text, jsonb, boolean) is
  'Fills the placeholders of a link as render() does, values percent-encoded. Null where one placeholder is all of it and its value is '
  'JSON''s null, or where what comes out is no link: a message goes out without its picture rather than not at all.';
