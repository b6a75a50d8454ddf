-- migrate:up
set local lock_timeout = '5s';

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

insert into notify.retention_policies (table_name, reason) values
  ('trips.packing_lists', 'The product''s own data, for its users to delete'),
  ('trips.trip_items', 'The product''s own data, for its users to delete');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
