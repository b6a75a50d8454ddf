-- migrate:up
set local lock_timeout = '5s';

-- In all files of this pack: services write the rows, and nothing else. Statement triggers tell the person. Nobody deletes the rows; they
-- go with their person. An index without a comment serves its foreign key, because erasing a person must not scan a table.

create schema accounts;
comment on schema accounts is
  'What happens in a customer''s account, as the app and services see it: verifications, payments, balances, log-ins, API keys, '
  'settings. Part of the API.';
create schema accounts_private;
comment on schema accounts_private is 'What follows from it: triggers, audiences, words. Not part of the API.';

grant usage on schema accounts to rowbell_user, rowbell_operator, rowbell_writer;

-- It has no senders of its own until operators give it some: the default app's speak for it.
insert into notify.apps (key, name) values
  ('accounts', 'Accounts');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
