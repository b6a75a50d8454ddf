-- migrate:up
set local lock_timeout = '5s';

create table trips.join_requests (
  id uuid primary key default uuidv7(),
  trip_id uuid not null references trips.trips on delete cascade,
  requester_id uuid not null references notify.users on delete cascade,
  status text not null default 'pending' constraint join_requests_status_is_known check (status in ('pending', 'approved', 'rejected')),
  decided_by uuid references notify.users on delete set null,
  created_at timestamptz not null default now()
);
alter table trips.join_requests enable row level security;
-- One open request at a time; also how the leader's list and the trip's foreign key are served.
create unique index join_requests_trip_id_requester_id_key on trips.join_requests (trip_id, requester_id) where status = 'pending';
create index join_requests_trip_id_idx on trips.join_requests (trip_id);
create index join_requests_requester_id_idx on trips.join_requests (requester_id);
create index join_requests_decided_by_idx on trips.join_requests (decided_by);
comment on table trips.join_requests is
  'Somebody asks to come along. The leader is told (TR-8); the requester hears when it is approved (TR-11), and then travels.';
comment on column trips.join_requests.status is 'Becoming approved makes the requester a participant, whoever writes it.';
comment on column trips.join_requests.decided_by is 'Null while pending, and where a service decided.';
create policy select_own on trips.join_requests for select to rowbell_user
  using (requester_id = (select notify_hidden.current_user_id()));
create policy select_traveler on trips.join_requests for select to rowbell_user
  using (trip_id = any (array(select trips_private.my_trip_ids())));
create policy select_admin on trips.join_requests for select to rowbell_operator using (true);
create policy select_service on trips.join_requests for select to rowbell_writer using (true);
create policy insert_service on trips.join_requests for insert to rowbell_writer with check (true);
create policy update_service on trips.join_requests for update to rowbell_writer using (true) with check (true);
grant select on trips.join_requests to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, trip_id, requester_id, status) on trips.join_requests to rowbell_writer;
grant update (status, decided_by) on trips.join_requests to rowbell_writer;
-- People ask with request_to_join(); the leader answers with approve_join_request() and reject_join_request().

insert into notify.retention_policies (table_name, reason) values
  ('trips.join_requests', 'The product''s own data, for its users to delete');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
