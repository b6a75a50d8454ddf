-- migrate:up
set local lock_timeout = '5s';

-- In all files of this pack: an index without a comment serves its foreign key, because erasing a person must not scan a table.

create schema juke;
comment on schema juke is
  'A music product''s re-engagement, as the app and services see it: log-in sessions, listening sessions and invites, onboarding, '
  'listens. Part of the API.';
create schema juke_private;
comment on schema juke_private is 'What invites, nudges and recaps follow from: audiences, relevance, triggers. Not part of the API.';

grant usage on schema juke to rowbell_user, rowbell_operator, rowbell_writer;

-- It has no senders of its own until operators give it some: the default app's speak for it.
insert into notify.apps (key, name) values
  ('juke', 'Juke');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
