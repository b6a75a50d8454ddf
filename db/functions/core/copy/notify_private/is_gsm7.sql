-- Plain SQL without settings: it is inlined, and setting something costs more than all it does.
create or replace function notify_private.is_gsm7(text text) returns boolean
language sql immutable parallel safe
as $$
  -- GSM 03.38: the basic alphabet, then the extension table, whose characters (the second bracket's worth) take two septets.
  select text ~ E'^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&''()*+,\\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\\\\\[~\\]|€\f]*$'
$$;
comment on function notify_private.is_gsm7(text) is 'Whether every character of a text is in the GSM-7 alphabet or its extension table.';
