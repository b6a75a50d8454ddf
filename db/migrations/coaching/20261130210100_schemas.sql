-- migrate:up
set local lock_timeout = '5s';

-- In all files of this pack: an index without a comment serves its foreign key, because erasing a person must not scan a table.

create schema coaching;
comment on schema coaching is
  'Daily coaching calls and their previews, as the app and services see them: coaches, members, schedules, calls. Part of the API.';
create schema coaching_private;
comment on schema coaching_private is
  'What calls follow from: previews, audiences, what becomes of a call, triggers. Not part of the API.';

grant usage on schema coaching to rowbell_user, rowbell_operator, rowbell_writer;

-- It has no senders of its own until operators give it some: the default app's speak for it.
insert into notify.apps (key, name) values
  ('coaching', 'Coaching');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
