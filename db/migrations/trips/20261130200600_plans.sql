-- The table is empty, so checking its rows takes no time.
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint
-- migrate:up
set local lock_timeout = '5s';

-- What a trip plans: ideas, versions of the itinerary, places to stay, packing and preparation.

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

create table trips.accommodation_options (
  id uuid primary key default uuidv7(),
  trip_id uuid not null references trips.trips on delete cascade,
  contributor_id uuid references notify.users on delete set null,
  name text not null constraint accommodation_options_name_is_readable check (length(name) <= 200 and name ~ '\S'),
  url text constraint accommodation_options_url_is_http check (url ~ '^https?://\S+$' and length(url) <= 2000),
  created_at timestamptz not null default now(),
  -- For the trip's choice; also the index of trip_id.
  constraint accommodation_options_trip_id_id_key unique (trip_id, id)
);
alter table trips.accommodation_options enable row level security;
create index accommodation_options_contributor_id_idx on trips.accommodation_options (contributor_id);
comment on table trips.accommodation_options is 'Somewhere to stay that somebody found; the others may be told (TR-23).';
comment on column trips.accommodation_options.contributor_id is 'Null: since erased.';
create policy select_traveler on trips.accommodation_options for select to rowbell_user
  using (trip_id = any (array(select trips_private.my_trip_ids())));
create policy select_admin on trips.accommodation_options for select to rowbell_operator using (true);
create policy select_service on trips.accommodation_options for select to rowbell_writer using (true);
create policy insert_service on trips.accommodation_options for insert to rowbell_writer with check (true);
grant select on trips.accommodation_options to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, trip_id, contributor_id, name, url) on trips.accommodation_options to rowbell_writer;
-- People add with add_accommodation_option().

-- As with proposed dates: an option belongs to a trip, which selects one of its own.
alter table trips.trips
  add constraint trips_selected_accommodation_id_fkey
  foreign key (id, selected_accommodation_id) references trips.accommodation_options (trip_id, id)
  on delete set null (selected_accommodation_id);
comment on constraint trips_selected_accommodation_id_fkey on trips.trips is $$
@fieldName selectedAccommodation
@backwardBehavior -*
$$;

create table trips.packing_lists (
  id uuid primary key default uuidv7(),
  trip_id uuid not null references trips.trips on delete cascade,
  created_at timestamptz not null default now()
);
alter table trips.packing_lists enable row level security;
create index packing_lists_trip_id_idx on trips.packing_lists (trip_id);
comment on table trips.packing_lists is 'A packing list as it was generated, from the itinerary or by hand; all may be told (TR-24).';
create policy select_traveler on trips.packing_lists for select to rowbell_user
  using (trip_id = any (array(select trips_private.my_trip_ids())));
create policy select_admin on trips.packing_lists for select to rowbell_operator using (true);
create policy select_service on trips.packing_lists for select to rowbell_writer using (true);
create policy insert_service on trips.packing_lists for insert to rowbell_writer with check (true);
grant select on trips.packing_lists to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, trip_id) on trips.packing_lists to rowbell_writer;

create table trips.trip_items (
  id uuid primary key default uuidv7(),
  trip_id uuid not null references trips.trips on delete cascade,
  kind text not null constraint trip_items_kind_is_known check (kind in ('packing', 'prep')),
  title text not null constraint trip_items_title_is_readable check (length(title) <= 200 and title ~ '\S'),
  packing_list_id uuid references trips.packing_lists on delete set null,
  assignee_id uuid references notify.users on delete set null,
  done_at timestamptz,
  created_at timestamptz not null default now(),
  constraint trip_items_only_packing_is_on_a_list check (packing_list_id is null or kind = 'packing')
);
alter table trips.trip_items enable row level security;
create index trip_items_trip_id_idx on trips.trip_items (trip_id);
create index trip_items_packing_list_id_idx on trips.trip_items (packing_list_id) where packing_list_id is not null;
create index trip_items_assignee_id_idx on trips.trip_items (assignee_id) where assignee_id is not null;
comment on table trips.trip_items is 'Something to pack or to prepare; the prep reminders (TR-15, TR-21) lead here.';
comment on column trips.trip_items.assignee_id is 'Whose it is; null: everybody''s.';
comment on column trips.trip_items.done_at is 'When it was packed or done; null: still to do.';
create policy select_traveler on trips.trip_items for select to rowbell_user
  using (trip_id = any (array(select trips_private.my_trip_ids())));
create policy select_admin on trips.trip_items for select to rowbell_operator using (true);
create policy select_service on trips.trip_items for select to rowbell_writer using (true);
create policy insert_service on trips.trip_items for insert to rowbell_writer with check (true);
create policy update_service on trips.trip_items for update to rowbell_writer using (true) with check (true);
create policy delete_service on trips.trip_items for delete to rowbell_writer using (true);
grant select on trips.trip_items to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, trip_id, kind, title, packing_list_id, assignee_id, done_at) on trips.trip_items to rowbell_writer;
grant update (title, assignee_id, done_at) on trips.trip_items to rowbell_writer;
grant delete on trips.trip_items to rowbell_writer;
-- People use add_trip_item(), set_trip_item_done() and generate_packing_list().

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
