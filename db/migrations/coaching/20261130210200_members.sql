-- migrate:up
set local lock_timeout = '5s';

-- Who is coached, and how they want to hear of a call.

create table coaching.members (
  user_id uuid primary key references notify.users on delete cascade,
  is_premium boolean not null default false,
  notification_pref text
    constraint members_notification_pref_is_known check (notification_pref in ('push_only', 'sms_only', 'push_and_sms')),
  effective_pref text not null generated always as (
    coalesce(notification_pref, case when is_premium then 'push_and_sms' else 'push_only' end)
  ) stored,
  lead_minutes integer not null default 5 constraint members_lead_minutes_is_sane check (lead_minutes between 1 and 60),
  push_enabled boolean not null default true,
  created_at timestamptz not null default now()
);
alter table coaching.members enable row level security;
comment on table coaching.members is
  E'@name coaching_members\nSomebody who is coached, and how they want to hear of a call beforehand. Who has no row has the defaults; '
  'the first choice or registration makes one.';
comment on column coaching.members.notification_pref is
  'Their own choice: push_only, sms_only or push_and_sms; null: what effective_pref says.';
comment on column coaching.members.effective_pref is
  'What holds: their choice, else push_and_sms for premium members and push_only for others.';
comment on column coaching.members.lead_minutes is 'How long before a call its preview comes.';
comment on column coaching.members.push_enabled is
  'Whether pushes may be used. False once the last device''s token is refused, or where the app said so; the next registration of '
  'a device turns it on.';
create policy select_own on coaching.members for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on coaching.members for select to rowbell_operator using (true);
create policy select_service on coaching.members for select to rowbell_writer using (true);
create policy insert_service on coaching.members for insert to rowbell_writer with check (true);
create policy update_service on coaching.members for update to rowbell_writer using (true) with check (true);
grant select on coaching.members to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (user_id, is_premium, notification_pref, lead_minutes, push_enabled) on coaching.members to rowbell_writer;
grant update (is_premium, notification_pref, lead_minutes, push_enabled) on coaching.members to rowbell_writer;
-- People change theirs with update_coaching_preferences() and register_coaching_device().

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
