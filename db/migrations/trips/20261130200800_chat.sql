-- migrate:up
set local lock_timeout = '5s';

-- The chat of a trip, and whom a message mentions.

create table trips.trip_messages (
  id uuid primary key default uuidv7(),
  trip_id uuid not null references trips.trips on delete cascade,
  author_id uuid not null references notify.users on delete cascade,
  body text not null constraint trip_messages_body_is_readable check (length(body) <= 4000 and body ~ '\S'),
  created_at timestamptz not null default now()
);
alter table trips.trip_messages enable row level security;
-- The chat's page: newest first of one trip.
create index trip_messages_trip_id_id_idx on trips.trip_messages (trip_id, id desc);
create index trip_messages_author_id_idx on trips.trip_messages (author_id);
comment on table trips.trip_messages is
  E'@paged\n@order id desc\n'
  'What travelers say to each other in a trip''s chat. Only who is mentioned may be told (TR-25), and no push quotes it.';
create policy select_traveler on trips.trip_messages for select to rowbell_user
  using (trip_id = any (array(select trips_private.my_trip_ids())));
create policy select_admin on trips.trip_messages for select to rowbell_operator using (true);
create policy select_service on trips.trip_messages for select to rowbell_writer using (true);
create policy insert_service on trips.trip_messages for insert to rowbell_writer with check (true);
grant select on trips.trip_messages to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, trip_id, author_id, body) on trips.trip_messages to rowbell_writer;

create table trips.trip_message_mentions (
  message_id uuid not null references trips.trip_messages on delete cascade,
  user_id uuid not null references notify.users on delete cascade,
  primary key (message_id, user_id)
);
alter table trips.trip_message_mentions enable row level security;
create index trip_message_mentions_user_id_idx on trips.trip_message_mentions (user_id);
comment on table trips.trip_message_mentions is 'Whom a message mentions; inserting is what tells them.';
-- The message's own policy applies within.
create policy select_traveler on trips.trip_message_mentions for select to rowbell_user
  using (exists (select from trips.trip_messages as m where m.id = message_id));
create policy select_admin on trips.trip_message_mentions for select to rowbell_operator using (true);
create policy select_service on trips.trip_message_mentions for select to rowbell_writer using (true);
create policy insert_service on trips.trip_message_mentions for insert to rowbell_writer with check (true);
grant select on trips.trip_message_mentions to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (message_id, user_id) on trips.trip_message_mentions to rowbell_writer;
-- People write both with post_trip_message().

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
