create or replace function notify_private.tg_users__spell_email() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  new.email := notify_hidden.spell_mailbox(new.email);
  return new;
end
$$;
comment on function notify_private.tg_users__spell_email() is
  'A mailbox is stored with its domain as DNS has it, for mailboxes are compared. A row trigger, because it changes the row.';

-- Of those alone whose domains are not in ASCII. What is, stays as the application wrote it: its keys may have the same text in them,
-- which erasing a person looks for.
create or replace trigger _100_spell_email before insert or update of email on notify.users
  for each row when (new.email ~ '@.*[^\x01-\x7f]')
  execute function notify_private.tg_users__spell_email();
