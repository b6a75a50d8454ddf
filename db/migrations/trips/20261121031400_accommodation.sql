-- migrate:up
-- The columns are new and hold nothing yet, so checking them and indexing trips takes a moment.
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation, disallowed-unique-constraint
set local lock_timeout = '5s';

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

alter table trips.trips
  add column selected_accommodation_id uuid,
  add constraint trips_selected_accommodation_id_fkey
    foreign key (id, selected_accommodation_id) references trips.accommodation_options (trip_id, id) on delete set null (selected_accommodation_id);
create index trips_selected_accommodation_id_idx on trips.trips (selected_accommodation_id, id) where selected_accommodation_id is not null;
comment on column trips.trips.selected_accommodation_id is 'Where they stay: one of the trip''s own options. Selecting tells all (TR-13).';
comment on constraint trips_selected_accommodation_id_fkey on trips.trips is $$
@fieldName selectedAccommodation
@backwardBehavior -*
$$;
grant update (selected_accommodation_id) on trips.trips to rowbell_writer;

insert into notify.retention_policies (table_name, reason) values
  ('trips.accommodation_options', 'The product''s own data, for its users to delete');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
