-- Plain SQL without settings: it is inlined, and setting something costs more than all it does.
create or replace function notify_private.render_for_sms_alphabet(template text, variables jsonb, locale text,
  is_plain boolean) returns text
language sql stable parallel safe
as $$
  select case
    when is_plain then notify_private.to_gsm7(notify_private.render(template, variables, locale))
    else notify_private.render(template, variables, locale)
  end
$$;
comment on function notify_private.render_for_sms_alphabet(text, jsonb, text, boolean) is
  'A template with its values, put into the GSM-7 alphabet where it is to be plain.';
