create or replace function notify_private.truncate_at_word(text text, max_length integer) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case
    when max_length >= length(text) then text
    else pg_catalog.rtrim(
      -- At the end of a word, unless it is the first.
      coalesce(substring(left(text, max_length + 1) from '^(.*\S)\s'), left(text, greatest(max_length, 0))),
      ' ,;:.&+-')
  end
$$;
comment on function notify_private.truncate_at_word(text, integer) is 'A text cut to so many characters, between words where it can be.';
