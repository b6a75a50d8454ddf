create or replace function notify_private.to_gsm7(text text) returns text
language plpgsql stable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  plain text := text;
  mark text;
begin
  if notify_private.is_gsm7(plain) then
    return plain;
  end if;
  -- Precomposed, so that a letter and its accents are one character.
  plain := pg_catalog.normalize(plain, 'NFC');
  for mark in
    select distinct c from pg_catalog.regexp_split_to_table(plain, '') as c where not notify_private.is_gsm7(c)
  loop
    plain := pg_catalog.replace(plain, mark, coalesce(
      (select t.replacement from notify.transliterations as t where t.character = mark),
      -- Emoji and pictographs, their modifiers and flags.
      case when mark ~ '[\u2600-\u27BF\u2B00-\u2BFF\U0001F000-\U0001FAFF]' then '' end,
      (
        select base from pg_catalog.regexp_replace(pg_catalog.normalize(mark, 'NFD'), '[\u0300-\u036F]', '', 'g') as base
        where notify_private.is_gsm7(base)
      ),
      mark));
  end loop;
  -- What a removed emoji stood between.
  return case when plain = text then text else pg_catalog.btrim(pg_catalog.regexp_replace(plain, ' {2,}', ' ', 'g')) end;
end
$$;
comment on function notify_private.to_gsm7(text) is
  'A text as far as it can be said in the GSM-7 alphabet: plain punctuation, letters '
  'without the accents it lacks, no emoji. What has no counterpart (other scripts) stays.';
