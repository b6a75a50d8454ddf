create or replace function notify_hidden.spell_mailbox(mailbox text) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case
    when mailbox !~ '@[^@]*[^@\x01-\x7f][^@]*$' then mailbox
    else coalesce(
      regexp_replace(mailbox, '@[^@]+$', '@') || notify_hidden.domain_to_ascii(substring(mailbox from '@([^@]+)$')),
      mailbox)
  end
$$;
comment on function notify_hidden.spell_mailbox(text) is
  'A mailbox with its domain in ASCII ("x@bücher.example" is "x@xn--bcher-kva.example"); what is none stays as it is.';
grant execute on function notify_hidden.spell_mailbox(text) to rowbell_operator, rowbell_writer;
