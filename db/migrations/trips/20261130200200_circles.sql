-- migrate:up
set local lock_timeout = '5s';

-- Circles of friends: who is in one, and who has been asked.

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
  joined_at timestamptz not null default now() constraint memberships_joined_at_is_an_instant check (isfinite(joined_at)),
  primary key (circle_id, user_id)
);
alter table trips.memberships enable row level security;
-- From a person to their circles: what every policy of this pack begins with; also the foreign key's index.
create index memberships_user_id_idx on trips.memberships (user_id);
comment on table trips.memberships is $$
@values status MembershipStatus: active left pending
Who belongs to a circle. Leaving changes the status and keeps the row, so that nobody else can bring a person back.
$$;
comment on column trips.memberships.status is
  'active, or left: who left sees nothing of the circle any more and hears nothing from it. add_member() also answers pending: '
  'asked, and no member yet.';
comment on column trips.memberships.joined_at is 'When the person first joined; coming back does not change it.';

-- Here and not in db/functions, as the core's identity helpers: the policies below need it to exist.
create function trips_private.my_circle_ids() returns setof uuid
language sql stable
-- Definer: the policy on memberships asks it, and would ask itself otherwise. It only tells callers about themselves.
security definer set search_path = pg_catalog, pg_temp
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

-- Invitations stand apart from memberships: whoever counts those, this pack or a service, counts people who agreed, and nobody else.
create table trips.circle_invitations (
  circle_id uuid not null references trips.circles on delete cascade,
  -- No foreign key: an id that nobody has is asked like any other and never answers, so that asking tells nothing of it.
  user_id uuid not null,
  invited_by uuid references notify.users on delete set null,
  invited_at timestamptz not null default now(),
  declined_at timestamptz,
  primary key (circle_id, user_id)
);
alter table trips.circle_invitations enable row level security;
-- From a person to those who invited them.
create index circle_invitations_user_id_idx on trips.circle_invitations (user_id, invited_by);
-- For the foreign key alone.
create index circle_invitations_invited_by_idx on trips.circle_invitations (invited_by);
comment on table trips.circle_invitations is
  'Who is asked into a circle and is no member: once a circle and person. Becoming a member removes the row; a decline keeps it, '
  'so that the circle cannot ask again.';
comment on constraint circle_invitations_invited_by_fkey on trips.circle_invitations is
  E'@fieldName inviter\n@foreignFieldName sentCircleInvitations';
comment on column trips.circle_invitations.user_id is 'Who is asked; perhaps nobody, for add_member() answers alike.';
comment on column trips.circle_invitations.invited_by is
  'Who asked; never told to the invited, whom they may be a stranger to. Null: a service, or since erased.';
comment on column trips.circle_invitations.declined_at is
  'When the invited said no; null: they have not answered. The circle is not told which.';
create policy select_admin on trips.circle_invitations for select to rowbell_operator using (true);
create policy select_service on trips.circle_invitations for select to rowbell_writer using (true);
create policy insert_service on trips.circle_invitations for insert to rowbell_writer with check (true);
create policy delete_service on trips.circle_invitations for delete to rowbell_writer using (true);
grant select on trips.circle_invitations to rowbell_operator, rowbell_writer;
grant insert (circle_id, user_id, invited_by) on trips.circle_invitations to rowbell_writer;
grant delete on trips.circle_invitations to rowbell_writer;
-- People ask with add_member(), answer with accept_circle_invitation() and decline_circle_invitation(), and read
-- my_circle_invitations and pending_members.

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
