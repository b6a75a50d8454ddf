-- migrate:up
set local lock_timeout = '5s';

-- In all files of this pack: an index without a comment serves its foreign key, because erasing a person must not scan a table.

create schema trips;
comment on schema trips is 'Group trip planning, as its app and services see it: circles, trips, dates. Part of the API.';
create schema trips_private;
comment on schema trips_private is
  'Who a trip concerns: the rule for active travelers, what policies ask, audiences and triggers. Not part of the API.';

grant usage on schema trips to rowbell_user, rowbell_operator, rowbell_writer;
-- Policies run as whoever asks, so people may call the few functions that policies use; nothing else there is granted.
grant usage on schema trips_private to rowbell_user;

-- It has no senders of its own until operators give it some: the default app's speak for it.
insert into notify.apps (key, name) values
  ('trips', 'Trips');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
