create or replace function notify_private.tg_suppressions__spell_address() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  new.address := notify_private.normalize_address(new.channel, new.address);
  return new;
end
$$;
comment on function notify_private.tg_suppressions__spell_address() is
  'The list has one spelling of each address, whoever writes it. A row trigger, because it changes the row.';

-- Of mailboxes alone that may be spelled otherwise.
create or replace trigger _100_spell_address before insert or update of address on notify.suppressions
  for each row when (new.channel = 'email' and new.address ~ '[A-Z]|[^\x21-\x7e]')
  execute function notify_private.tg_suppressions__spell_address();
