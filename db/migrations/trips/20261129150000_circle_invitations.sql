-- migrate:up
set local lock_timeout = '5s';

-- Apart from memberships: whoever counts those, this pack or a service, counts people who agreed, and nobody else.
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
-- Who asks somebody, and what somebody is asked.
create index circle_invitations_user_id_idx on trips.circle_invitations (user_id, invited_by);
-- For the foreign key alone.
create index circle_invitations_invited_by_idx on trips.circle_invitations (invited_by);
comment on table trips.circle_invitations is
  'Who is asked into a circle and is no member: once a circle and person. Becoming a member removes the row; a decline keeps it, so that the circle cannot ask again.';
comment on column trips.circle_invitations.user_id is 'Who is asked; perhaps nobody, for add_member() answers alike.';
comment on column trips.circle_invitations.invited_by is 'Who asked; never told to the invited, whom they may be a stranger to. Null: a service, or since erased.';
comment on column trips.circle_invitations.declined_at is 'When the invited said no; null: they have not answered. The circle is not told which.';
create policy select_admin on trips.circle_invitations for select to rowbell_operator using (true);
create policy select_service on trips.circle_invitations for select to rowbell_writer using (true);
create policy insert_service on trips.circle_invitations for insert to rowbell_writer with check (true);
create policy delete_service on trips.circle_invitations for delete to rowbell_writer using (true);
grant select on trips.circle_invitations to rowbell_operator, rowbell_writer;
grant insert (circle_id, user_id, invited_by) on trips.circle_invitations to rowbell_writer;
grant delete on trips.circle_invitations to rowbell_writer;
-- People ask with add_member(), answer with accept_circle_invitation() and decline_circle_invitation(), and read
-- my_circle_invitations and pending_members.
insert into notify.retention_policies (table_name, reason) values
  ('trips.circle_invitations', 'The product''s own data; a decline is remembered as long as the circle is there');

comment on column trips.memberships.status is
  'active, or left: who left sees nothing of the circle any more and hears nothing from it. add_member() also answers pending: asked, and no member yet.';

-- Words of ours alone: who asks, and what they call the circle, is read by whoever looks at their invitations.
insert into notify.notification_types
  (key, pack, category, priority, channels, default_channels, audience, still_relevant, dedupe_key,
   data_template, thread_template, tag, sound, urgency, expires_after, labels)
values
  ('circle_invitation', 'trips', 'trips', 'P1', '{push,in_app}', '{push,in_app}',
   'trips_private.circle_invitation_audience', 'trips_private.invitation_is_open', 'circle_invitation:{circleId}:{userId}',
   '{"circleId": "{circleId}", "overlay": "invitations"}', 'circle_invitations', 'Rowbell Trips', 'default', 'normal', '30 days',
   '{"en": "Invitations to circles", "fr": "Invitations à des cercles"}');
insert into notify.notification_copies (type_key, locale, title, subtitle, body) values
  ('circle_invitation', 'en', 'An invitation', 'Rowbell Trips', 'You are asked into a circle — take a look when you''re ready.'),
  ('circle_invitation', 'fr', 'Une invitation', 'Rowbell Trips', 'On vous invite dans un cercle. Jetez-y un œil quand vous voulez.');

insert into notify.limits (key, at_most, per, noun, reason) values
  ('strangers_heard', 2, '1 day', 'notifications from people one shares no circle with',
   'However many accounts somebody has; fewer than the daily cap, so that strangers alone never use it up');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
