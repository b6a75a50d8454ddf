-- migrate:up
set local lock_timeout = '5s';

-- Groups of people whom an announcement may be for.

insert into notify.segments (key, pack, labels, members) values
  ('low_balance', 'accounts', '{"en": "People with a low balance", "fr": "Personnes au solde bas"}', 'accounts_private.people_with_low_balance');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
