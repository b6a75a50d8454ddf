create or replace function notify_private.render(template text, variables jsonb, locale text default null) returns text
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  parts text[];
  name text;
  stop integer;
  rendered text;
begin
  if template is null or pg_catalog.strpos(template, '{') = 0 then
    return template;
  end if;
  -- One pass over the template, so a value that contains braces is text and not a placeholder. Split at the braces and not
  -- matched by a pattern: a fifth of the time, eight times for each text.
  parts := pg_catalog.string_to_array(template, '{');
  rendered := parts[1];
  for n in 2..pg_catalog.cardinality(parts) loop
    stop := pg_catalog.strpos(parts[n], '}');
    name := left(parts[n], greatest(stop - 1, 0));
    if name !~ '^[A-Za-z][A-Za-z0-9_]*$' then
      rendered := rendered || '{' || parts[n];
      continue;
    elsif variables ->> name is null then
      raise exception 'copy needs a value for {%}', name
        using errcode = 'RBVAR', detail = name, hint = 'The audience function returns it in "variables".';
    elsif pg_catalog.jsonb_typeof(variables -> name) = 'object' then
      rendered := rendered || notify_private.render_value(variables -> name, locale);
    else
      rendered := rendered || (variables ->> name);
    end if;
    rendered := rendered || substr(parts[n], stop + 1);
  end loop;
  return rendered;
end
$$;
comment on function notify_private.render(text, jsonb, text) is
  'Fills {Placeholders} of a template from an object of strings, numbers and values with a type (render_value). Raises RBVAR '
  'where one has no value: half-filled copy is never sent. Without a locale values are written as machines read them (keys, data).';
