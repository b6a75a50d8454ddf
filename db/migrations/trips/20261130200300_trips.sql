-- migrate:up
set local lock_timeout = '5s';

-- Trips, who travels along, and who asks to.

create table trips.trips (
  id uuid primary key default uuidv7(),
  circle_id uuid not null references trips.circles on delete cascade,
  name text not null constraint trips_name_is_readable check (length(name) <= 120 and name ~ '\S'),
  type text not null default 'collaborative' constraint trips_type_is_known check (type in ('collaborative', 'hosted')),
  status text not null default 'scheduling'
    constraint trips_status_is_known check (status in ('scheduling', 'proposed', 'locked', 'canceled', 'completed')),
  creator_id uuid references notify.users on delete set null,
  leader_id uuid references notify.users on delete set null,
  locked_start_on date,
  locked_end_on date,
  canceled_by uuid references notify.users on delete set null,
  proposed_window_id uuid,
  selected_accommodation_id uuid,
  first_dates_at timestamptz,
  first_idea_at timestamptz,
  created_at timestamptz not null default now(),
  constraint trips_locked_dates_are_whole check ((locked_start_on is null) = (locked_end_on is null)),
  constraint trips_locked_dates_are_in_order check (locked_start_on <= locked_end_on),
  constraint trips_locked_dates_where_locked check (status not in ('locked', 'completed') or locked_start_on is not null),
  constraint trips_no_locked_dates_before check (status not in ('scheduling', 'proposed') or locked_start_on is null),
  constraint trips_canceled_by_only_where_canceled check (status = 'canceled' or canceled_by is null)
);
alter table trips.trips enable row level security;
-- From a circle to its trips: what a person may see begins with their circles.
create index trips_circle_id_idx on trips.trips (circle_id);
-- For the foreign keys alone: erasing a person must not scan every trip.
create index trips_creator_id_idx on trips.trips (creator_id);
create index trips_leader_id_idx on trips.trips (leader_id);
create index trips_canceled_by_idx on trips.trips (canceled_by);
create index trips_proposed_window_id_idx on trips.trips (proposed_window_id, id) where proposed_window_id is not null;
create index trips_selected_accommodation_id_idx on trips.trips (selected_accommodation_id, id) where selected_accommodation_id is not null;
-- The daily sweep looks trips up by these; whatever else there is it does not read.
create index trips_locked_start_on_idx on trips.trips (locked_start_on) where status = 'locked';
create index trips_locked_end_on_idx on trips.trips (locked_end_on) where status in ('locked', 'completed');
create index trips_created_at_idx on trips.trips (created_at) where status = 'scheduling';
comment on table trips.trips is
  E'@root\n@order id desc\n'
  'A trip that a circle plans. Inserting one tells the circle (TR-1); its becoming canceled tells the travelers (TR-2).';
comment on constraint trips_creator_id_fkey on trips.trips is E'@fieldName creator\n@foreignFieldName createdTrips';
comment on constraint trips_leader_id_fkey on trips.trips is E'@fieldName leader\n@foreignFieldName ledTrips';
comment on constraint trips_canceled_by_fkey on trips.trips is E'@fieldName canceler\n@foreignFieldName canceledTrips';
comment on column trips.trips.name is 'The title of every notification about it.';
comment on column trips.trips.type is 'collaborative: the circle travels, less who bowed out. hosted: only participants travel.';
comment on column trips.trips.status is
  'scheduling (collecting dates), proposed (one window is put to the group), locked (dates are set), canceled, completed.';
comment on column trips.trips.creator_id is 'Who started planning it; null: nobody named, or since erased, and copy then says "Someone".';
comment on column trips.trips.leader_id is 'Who decides: proposes and locks dates, cancels. The creator, until it is handed over.';
comment on column trips.trips.locked_start_on is
  'First day of the dates agreed on; set exactly while locked or completed, kept by a trip canceled after that.';
comment on column trips.trips.locked_end_on is 'Last day of the dates agreed on.';
comment on column trips.trips.canceled_by is 'Who canceled it and hence is not told; null: a service did.';
comment on column trips.trips.proposed_window_id is
  'The dates that the leader puts to the group. Proposing them tells the others (TR-4); kept when dates are locked.';
comment on column trips.trips.selected_accommodation_id is 'Where they stay: one of the trip''s own options. Selecting tells all (TR-13).';
comment on column trips.trips.first_dates_at is
  'When its first dates were suggested. Set by a trigger alone: setting it is the claim to tell the group (TR-3), once in the '
  'trip''s life.';
comment on column trips.trips.first_idea_at is
  'When its first idea was shared. Set by a trigger alone: setting it is the claim to tell the group (TR-14), once in the trip''s life.';

create table trips.participants (
  trip_id uuid not null references trips.trips on delete cascade,
  user_id uuid not null references notify.users on delete cascade,
  status text not null default 'active' constraint participants_status_is_known check (status in ('active', 'left', 'removed')),
  joined_at timestamptz not null default now() constraint participants_joined_at_is_an_instant check (isfinite(joined_at)),
  primary key (trip_id, user_id)
);
alter table trips.participants enable row level security;
create index participants_user_id_idx on trips.participants (user_id);
comment on table trips.participants is
  'A person''s part in one trip. A hosted trip''s travelers are its active rows; a collaborative trip needs rows only for who left '
  'or was removed.';
comment on column trips.participants.status is 'active; left (may come back); removed (by the leader, may not come back by themselves).';
comment on column trips.participants.joined_at is 'When the row was made.';

-- Views without security_invoker and without grants: the rule itself, asked as the owner by audiences and by what
-- policies call. Views rather than functions because each is asked from both ends, who travels on a trip and on which
-- trips somebody travels, and either condition reaches an index.
create view trips_private.companions as
  select t.id as trip_id, m.user_id, t.type
  from trips.trips as t
  join trips.memberships as m on m.circle_id = t.circle_id and m.status = 'active'
  where not exists (
    select from trips.participants as p where p.trip_id = t.id and p.user_id = m.user_id and p.status in ('left', 'removed')
  );
comment on view trips_private.companions is
  'Active members of a trip''s circle who neither left the trip nor were removed from it: who is told that it exists, and may see that.';

create view trips_private.active_travelers as
  select c.trip_id, c.user_id from trips_private.companions as c where c.type = 'collaborative'
  union all
  select p.trip_id, p.user_id
  from trips.participants as p
  join trips.trips as t on t.id = p.trip_id
  where t.type = 'hosted' and p.status not in ('left', 'removed');
comment on view trips_private.active_travelers is
  'The one rule for who travels, for audiences and row-level security alike. Collaborative: members of the circle who have not '
  'left it, without a participant row that is left or removed. Hosted: participants whose row is neither.';

create function trips_private.my_trip_ids() returns setof uuid
language sql stable
-- Definer: it reads the tables whose policies ask it. It only tells callers about themselves.
security definer set search_path = pg_catalog, pg_temp
as $$
  select a.trip_id from trips_private.active_travelers as a where a.user_id = (select notify_hidden.current_user_id())
$$;
comment on function trips_private.my_trip_ids() is 'The trips that the current user is an active traveler of.';
grant execute on function trips_private.my_trip_ids() to rowbell_user;

create function trips_private.my_visible_trip_ids() returns setof uuid
language sql stable
-- Definer: it reads the tables whose policies ask it. It only tells callers about themselves.
security definer set search_path = pg_catalog, pg_temp
as $$
  select c.trip_id from trips_private.companions as c where c.user_id = (select notify_hidden.current_user_id())
  union
  select a.trip_id from trips_private.active_travelers as a where a.user_id = (select notify_hidden.current_user_id())
$$;
comment on function trips_private.my_visible_trip_ids() is
  'The trips that the current user may see: those they travel on, and the hosted ones that their circle was told of.';
grant execute on function trips_private.my_visible_trip_ids() to rowbell_user;

create policy select_visible on trips.trips for select to rowbell_user
  using (id = any (array(select trips_private.my_visible_trip_ids())));
create policy select_admin on trips.trips for select to rowbell_operator using (true);
create policy select_service on trips.trips for select to rowbell_writer using (true);
create policy insert_service on trips.trips for insert to rowbell_writer with check (true);
create policy update_service on trips.trips for update to rowbell_writer using (true) with check (true);
grant select on trips.trips to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, circle_id, name, type, status, creator_id, leader_id, locked_start_on, locked_end_on) on trips.trips to rowbell_writer;
grant update (name, status, leader_id, locked_start_on, locked_end_on, canceled_by, proposed_window_id, selected_accommodation_id)
  on trips.trips to rowbell_writer;

create policy select_traveler on trips.participants for select to rowbell_user
  using (trip_id = any (array(select trips_private.my_trip_ids())));
create policy select_admin on trips.participants for select to rowbell_operator using (true);
create policy select_service on trips.participants for select to rowbell_writer using (true);
create policy insert_service on trips.participants for insert to rowbell_writer with check (true);
create policy update_service on trips.participants for update to rowbell_writer using (true) with check (true);
grant select on trips.participants to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (trip_id, user_id, status, joined_at) on trips.participants to rowbell_writer;
grant update (status) on trips.participants to rowbell_writer;
-- People have no grant to write here: create_trip(), cancel_trip(), leave_trip() and their kin say who may what.

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
comment on constraint join_requests_requester_id_fkey on trips.join_requests is E'@fieldName requester\n@foreignFieldName joinRequests';
comment on constraint join_requests_decided_by_fkey on trips.join_requests is
  E'@fieldName decider\n@foreignFieldName decidedJoinRequests';
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

-- What triggers tell of several people at once.
create type trips_private.leaving as (trip_id uuid, user_id uuid);
comment on type trips_private.leaving is 'Somebody leaves a trip, or a circle and with it the trip.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
