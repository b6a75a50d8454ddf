-- migrate:up
set local lock_timeout = '5s';

create schema accounts;
comment on schema accounts is 'What happens in a customer''s account, as the app and services see it: verifications, payments, balances, log-ins, API keys, settings. Part of the API.';
create schema accounts_private;
comment on schema accounts_private is 'What follows from it: triggers, audiences, words. Not part of the API.';

grant usage on schema accounts to rowbell_user, rowbell_operator, rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
