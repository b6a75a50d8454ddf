create or replace function notify_private.measure_sms(text text, out encoding text, out units integer, out segments integer)
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  is_gsm7 constant boolean := notify_private.is_gsm7(text);
  -- Characters of two units: those of the extension table, or those beyond the basic plane (a surrogate pair).
  doubles constant integer := case
    when is_gsm7 then length(text) - length(pg_catalog.translate(text, E'^{}\\[~]|€\f', ''))
    else pg_catalog.regexp_count(text, '[\U00010000-\U0010FFFF]')
  end;
  -- A part of a longer text gives 7 septets, or 3 units, to the header that joins the parts.
  room constant integer := case when is_gsm7 then 153 else 67 end;
  used integer := 0;
  size integer;
begin
  encoding := case when is_gsm7 then 'gsm7' else 'ucs2' end;
  units := length(text) + doubles;
  if units <= (case when is_gsm7 then 160 else 70 end) then
    segments := 1;
  elsif doubles = 0 then
    segments := (units + room - 1) / room;
  else
    -- Neither an escape and its character nor a surrogate pair is divided between two parts.
    segments := 1;
    for n in 1..length(text) loop
      size := case
        when is_gsm7 then 1 + (pg_catalog.strpos(E'^{}\\[~]|€\f', substr(text, n, 1)) > 0)::integer
        else 1 + (ascii(substr(text, n, 1)) > 65535)::integer
      end;
      if used + size > room then
        segments := segments + 1;
        used := 0;
      end if;
      used := used + size;
    end loop;
  end if;
end
$$;
comment on function notify_private.measure_sms(text) is
  'How a carrier sends a text: in GSM-7 (units are septets; 160 in one segment, 153 in '
  'each of several) where every character is in it, else in UCS-2 (UTF-16 units; 70, 67).';
