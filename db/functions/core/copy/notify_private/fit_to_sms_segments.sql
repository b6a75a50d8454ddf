create or replace function notify_private.fit_to_sms_segments(
  template text, variables jsonb, locale text, is_plain boolean, max_segments integer, shorten text[], out rendered text, out fits boolean
)
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  tried jsonb := variables;
  placeholder text;
  whole text;
  low integer;
  high integer;
  middle integer;
begin
  rendered := notify_private.render_for_sms_alphabet(template, tried, locale, is_plain);
  fits := max_segments is null or (notify_private.measure_sms(rendered)).segments <= max_segments;
  foreach placeholder in array shorten loop
    exit when fits;
    whole := variables ->> placeholder;
    -- The most characters with which it fits; none may still be too many, then the next placeholder gives way as well.
    low := 0;
    high := length(whole);
    while low < high loop
      middle := (low + high + 1) / 2;
      rendered := notify_private.render_for_sms_alphabet(template, tried || pg_catalog.jsonb_build_object(placeholder, left(whole, middle)),
        locale, is_plain);
      if (notify_private.measure_sms(rendered)).segments <= max_segments then
        low := middle;
      else
        high := middle - 1;
      end if;
    end loop;
    tried := tried || pg_catalog.jsonb_build_object(placeholder, notify_private.truncate_at_word(whole, low));
    rendered := notify_private.render_for_sms_alphabet(template, tried, locale, is_plain);
    fits := (notify_private.measure_sms(rendered)).segments <= max_segments;
  end loop;
end
$$;
comment on function notify_private.fit_to_sms_segments(text, jsonb, text, boolean, integer, text[]) is
  'A template with its values, these cut in their order as far as the text needs '
  'it to fit so many SMS segments; and whether it does. Null segments: as it is.';
