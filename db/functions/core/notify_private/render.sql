create or replace function notify_private.render(template text, variables jsonb, locale text default null) returns text
language plpgsql stable parallel safe set search_path = ''
as $$
declare
  part text[];
  rendered text := '';
begin
  if template is null or pg_catalog.strpos(template, '{') = 0 then
    return template;
  end if;
  -- One pass over the template, so a value that contains braces is text and not a placeholder.
  for part in select pg_catalog.regexp_matches(template, '\{([A-Za-z][A-Za-z0-9_]*)\}|([^{]+|\{)', 'g') loop
    if part[1] is null then
      rendered := rendered || part[2];
    elsif variables ->> part[1] is null then
      raise exception 'copy needs a value for {%}', part[1]
        using errcode = 'RBVAR', hint = 'The audience function returns it in "variables".';
    elsif pg_catalog.jsonb_typeof(variables -> part[1]) = 'object' then
      rendered := rendered || notify_private.render_value(variables -> part[1], locale);
    else
      rendered := rendered || (variables ->> part[1]);
    end if;
  end loop;
  return rendered;
end
$$;
comment on function notify_private.render(text, jsonb, text) is
  'Fills {Placeholders} of a template from an object of strings, numbers and values with a type (render_value). Raises RBVAR where one has no value: half-filled copy is never sent. Without a locale values are written as machines read them (keys, data).';
