-- migrate:up
set local lock_timeout = '5s';

alter table trips.trips add column first_idea_at timestamptz;
comment on column trips.trips.first_idea_at is
  'When its first idea was shared. Set by a trigger alone: setting it is the claim to tell the group (TR-14), once in the trip''s life.';

create table trips.itinerary_ideas (
  id uuid primary key default uuidv7(),
  trip_id uuid not null references trips.trips on delete cascade,
  author_id uuid references notify.users on delete set null,
  title text not null constraint itinerary_ideas_title_is_readable check (length(title) <= 500 and title ~ '\S'),
  created_at timestamptz not null default now()
);
alter table trips.itinerary_ideas enable row level security;
create index itinerary_ideas_trip_id_idx on trips.itinerary_ideas (trip_id);
create index itinerary_ideas_author_id_idx on trips.itinerary_ideas (author_id);
comment on table trips.itinerary_ideas is 'What somebody would like to do on a trip. The first idea of a trip tells its travelers (TR-14).';
comment on column trips.itinerary_ideas.author_id is 'Null: since erased.';
create policy select_traveler on trips.itinerary_ideas for select to rowbell_user
  using (trip_id = any (array(select trips_private.my_trip_ids())));
create policy select_admin on trips.itinerary_ideas for select to rowbell_operator using (true);
create policy select_service on trips.itinerary_ideas for select to rowbell_writer using (true);
create policy insert_service on trips.itinerary_ideas for insert to rowbell_writer with check (true);
grant select on trips.itinerary_ideas to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, trip_id, author_id, title) on trips.itinerary_ideas to rowbell_writer;
-- People share with share_idea().

create table trips.itinerary_versions (
  trip_id uuid not null references trips.trips on delete cascade,
  version integer not null constraint itinerary_versions_version_is_positive check (version > 0),
  summary text constraint itinerary_versions_summary_fits check (length(summary) <= 20000),
  created_at timestamptz not null default now(),
  primary key (trip_id, version)
);
alter table trips.itinerary_versions enable row level security;
comment on table trips.itinerary_versions is 'An itinerary as it was generated; each version tells the travelers except the leader (TR-7).';
comment on column trips.itinerary_versions.version is 'From 1; the copy of the first differs from that of the later ones.';
create policy select_traveler on trips.itinerary_versions for select to rowbell_user
  using (trip_id = any (array(select trips_private.my_trip_ids())));
create policy select_admin on trips.itinerary_versions for select to rowbell_operator using (true);
create policy select_service on trips.itinerary_versions for select to rowbell_writer using (true);
create policy insert_service on trips.itinerary_versions for insert to rowbell_writer with check (true);
grant select on trips.itinerary_versions to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (trip_id, version, summary) on trips.itinerary_versions to rowbell_writer;
-- The leader publishes with publish_itinerary().

insert into notify.retention_policies (table_name, reason) values
  ('trips.itinerary_ideas', 'The product''s own data, for its users to delete'),
  ('trips.itinerary_versions', 'The product''s own data, for its users to delete');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
