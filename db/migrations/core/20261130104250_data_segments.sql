-- migrate:up
set local lock_timeout = '5s';

-- The core's own segments.

insert into notify.segments (key, pack, labels, members) values
  ('without_push', 'core', '{"en": "People without push", "fr": "Personnes sans push"}', 'notify_private.people_without_push');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
