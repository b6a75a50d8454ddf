-- migrate:up
set local lock_timeout = '5s';

create table trips.circles (
  id uuid primary key default uuidv7(),
  name text not null constraint circles_name_is_readable check (length(name) <= 120 and name ~ '\S'),
  created_at timestamptz not null default now()
);
alter table trips.circles enable row level security;
comment on table trips.circles is 'A circle of friends that plans trips together. People make one with create_circle().';
comment on column trips.circles.name is 'What its members call it; shown to members only.';

create table trips.memberships (
  circle_id uuid not null references trips.circles on delete cascade,
  user_id uuid not null references notify.users on delete cascade,
  status text not null default 'active' constraint memberships_status_is_known check (status in ('active', 'left')),
  joined_at timestamptz not null default now(),
  primary key (circle_id, user_id)
);
alter table trips.memberships enable row level security;
-- From a person to their circles: what every policy of this pack begins with; also the foreign key's index.
create index memberships_user_id_idx on trips.memberships (user_id);
comment on table trips.memberships is
  'Who belongs to a circle. Leaving changes the status and keeps the row, so that nobody else can bring a person back.';
comment on column trips.memberships.status is 'active, or left: who left sees nothing of the circle any more and hears nothing from it.';
comment on column trips.memberships.joined_at is 'When the person first joined; coming back does not change it.';

-- Here and not in db/functions, as the core's identity helpers: the policies below need it to exist.
create function trips_private.my_circle_ids() returns setof uuid
language sql stable
-- Definer: the policy on memberships asks it, and would ask itself otherwise. It only tells callers about themselves.
security definer set search_path = ''
as $$
  select m.circle_id from trips.memberships as m
  where m.user_id = (select notify_hidden.current_user_id()) and m.status = 'active'
$$;
comment on function trips_private.my_circle_ids() is 'The circles that the current user is an active member of.';
grant execute on function trips_private.my_circle_ids() to rowbell_user;

create policy select_member on trips.circles for select to rowbell_user
  using (id = any (array(select trips_private.my_circle_ids())));
create policy select_admin on trips.circles for select to rowbell_operator using (true);
create policy select_service on trips.circles for select to rowbell_writer using (true);
create policy insert_service on trips.circles for insert to rowbell_writer with check (true);
create policy update_service on trips.circles for update to rowbell_writer using (true) with check (true);
grant select on trips.circles to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, name) on trips.circles to rowbell_writer;
grant update (name) on trips.circles to rowbell_writer;

create policy select_member on trips.memberships for select to rowbell_user
  using (circle_id = any (array(select trips_private.my_circle_ids())));
create policy select_admin on trips.memberships for select to rowbell_operator using (true);
create policy select_service on trips.memberships for select to rowbell_writer using (true);
create policy insert_service on trips.memberships for insert to rowbell_writer with check (true);
create policy update_service on trips.memberships for update to rowbell_writer using (true) with check (true);
grant select on trips.memberships to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (circle_id, user_id, status, joined_at) on trips.memberships to rowbell_writer;
grant update (status) on trips.memberships to rowbell_writer;
-- People have no grant to write here: create_circle(), add_member(), join_circle() and leave_circle() say who may what.

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
