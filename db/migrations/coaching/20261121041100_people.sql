-- migrate:up
set local lock_timeout = '5s';

create table coaching.coaches (
  id uuid primary key default uuidv7(),
  name text not null constraint coaches_name_is_readable check (length(name) <= 60 and name ~ '\S'),
  persona text constraint coaches_persona_is_short check (length(persona) <= 2000),
  voice text constraint coaches_voice_is_a_name check (voice ~ '^[A-Za-z0-9._-]{1,80}$'),
  agent_url text constraint coaches_agent_url_is_https check (agent_url ~ '^https://\S+$' and length(agent_url) <= 2000),
  created_at timestamptz not null default now()
);
alter table coaching.coaches enable row level security;
comment on table coaching.coaches is 'Who calls: a persona with a name and a voice.';
comment on column coaching.coaches.persona is 'What the coach is like, for the app to show.';
comment on column coaching.coaches.voice is 'The voice that reads on the phone, by Twilio''s name ("Polly.Lea-Neural"); null: Twilio''s own.';
comment on column coaching.coaches.agent_url is 'Where Twilio asks what to do on the line (TwiML): an agent that converses. Null: the copy is read out.';
create policy select_all on coaching.coaches for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
create policy insert_service on coaching.coaches for insert to rowbell_writer with check (true);
create policy update_service on coaching.coaches for update to rowbell_writer using (true) with check (true);
grant select (id, name, persona, created_at) on coaching.coaches to rowbell_user;
grant select on coaching.coaches to rowbell_operator, rowbell_writer;
grant insert (id, name, persona, voice, agent_url) on coaching.coaches to rowbell_writer;
grant update (name, persona, voice, agent_url) on coaching.coaches to rowbell_writer;

create table coaching.topics (
  key text primary key constraint topics_key_is_a_slug check (key ~ '^[a-z][a-z0-9_]{0,62}$')
);
alter table coaching.topics enable row level security;
comment on table coaching.topics is 'What a call is about.';
create policy select_all on coaching.topics for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
create policy insert_service on coaching.topics for insert to rowbell_writer with check (true);
grant select on coaching.topics to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (key) on coaching.topics to rowbell_writer;

create table coaching.topic_texts (
  topic_key text not null references coaching.topics on delete cascade on update cascade,
  locale text not null constraint topic_texts_locale_is_bcp47 check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  text text not null constraint topic_texts_text_is_readable check (length(text) <= 200 and text ~ '\S'),
  primary key (topic_key, locale)
);
alter table coaching.topic_texts enable row level security;
comment on constraint topic_texts_topic_key_fkey on coaching.topic_texts is E'@fieldName topic\n@foreignFieldName texts';
comment on table coaching.topic_texts is 'A topic in words, per locale; another locale falls back to its language, then to "en", as copy does.';
create policy select_all on coaching.topic_texts for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
create policy insert_service on coaching.topic_texts for insert to rowbell_writer with check (true);
create policy update_service on coaching.topic_texts for update to rowbell_writer using (true) with check (true);
grant select on coaching.topic_texts to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (topic_key, locale, text) on coaching.topic_texts to rowbell_writer;
grant update (text) on coaching.topic_texts to rowbell_writer;

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
comment on table coaching.members is $$
@name coaching_members
Somebody who is coached, and how they want to hear of a call beforehand. Who has no row has the defaults; the first choice or registration makes one.
$$;
comment on column coaching.members.notification_pref is 'Their own choice: push_only, sms_only or push_and_sms; null: what effective_pref says.';
comment on column coaching.members.effective_pref is 'What holds: their choice, else push_and_sms for premium members and push_only for others.';
comment on column coaching.members.lead_minutes is 'How long before a call its preview comes.';
comment on column coaching.members.push_enabled is
  'Whether pushes may be used. False once the last device''s token is refused, or where the app said so; the next registration of a device turns it on.';
create policy select_own on coaching.members for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on coaching.members for select to rowbell_operator using (true);
create policy select_service on coaching.members for select to rowbell_writer using (true);
create policy insert_service on coaching.members for insert to rowbell_writer with check (true);
create policy update_service on coaching.members for update to rowbell_writer using (true) with check (true);
grant select on coaching.members to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (user_id, is_premium, notification_pref, lead_minutes, push_enabled) on coaching.members to rowbell_writer;
grant update (is_premium, notification_pref, lead_minutes, push_enabled) on coaching.members to rowbell_writer;
-- People change theirs with update_coaching_preferences() and register_coaching_device().

create table coaching.streaks (
  user_id uuid primary key references notify.users on delete cascade,
  day integer not null default 1 constraint streaks_day_is_not_negative check (day >= 0),
  last_answered_on date
);
alter table coaching.streaks enable row level security;
comment on table coaching.streaks is
  'Which day of a row of days with an answered call comes next. Answering moves it on, once a day of the person''s own; a day without an answer sets it back to 1.';
comment on column coaching.streaks.day is 'The day that the next call is: what "Day {streak}" says. Services may set it.';
comment on column coaching.streaks.last_answered_on is 'The person''s own day of the last answered call; null: none yet, and nothing to miss.';
create policy select_own on coaching.streaks for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on coaching.streaks for select to rowbell_operator using (true);
create policy select_service on coaching.streaks for select to rowbell_writer using (true);
create policy insert_service on coaching.streaks for insert to rowbell_writer with check (true);
create policy update_service on coaching.streaks for update to rowbell_writer using (true) with check (true);
grant select on coaching.streaks to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (user_id, day, last_answered_on) on coaching.streaks to rowbell_writer;
grant update (day, last_answered_on) on coaching.streaks to rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
