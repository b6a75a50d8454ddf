-- migrate:up
set local lock_timeout = '5s';

-- Who calls, what about, and when.

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
comment on column coaching.coaches.voice is
  'The voice that reads on the phone, by Twilio''s name ("Polly.Lea-Neural"); null: Twilio''s own.';
comment on column coaching.coaches.agent_url is
  'Where Twilio asks what to do on the line (TwiML): an agent that converses. Null: the copy is read out.';
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
comment on table coaching.topic_texts is
  'A topic in words, per locale; another locale falls back to its language, then to "en", as copy does.';
create policy select_all on coaching.topic_texts for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
create policy insert_service on coaching.topic_texts for insert to rowbell_writer with check (true);
create policy update_service on coaching.topic_texts for update to rowbell_writer using (true) with check (true);
grant select on coaching.topic_texts to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (topic_key, locale, text) on coaching.topic_texts to rowbell_writer;
grant update (text) on coaching.topic_texts to rowbell_writer;

create table coaching.call_schedules (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  coach_id uuid not null references coaching.coaches,
  topic_key text not null references coaching.topics on update cascade,
  local_time time not null,
  active boolean not null default true,
  next_at timestamptz not null,
  created_at timestamptz not null default now()
);
alter table coaching.call_schedules enable row level security;
create index call_schedules_user_id_idx on coaching.call_schedules (user_id);
create index call_schedules_coach_id_idx on coaching.call_schedules (coach_id);
create index call_schedules_topic_key_idx on coaching.call_schedules (topic_key);
-- Whose next call is to be made.
create index call_schedules_next_at_idx on coaching.call_schedules (next_at) where active;
comment on table coaching.call_schedules is
  E'@root\n'
  'A call every day at a time that the person''s own clock shows. Calls are made a day ahead; a change of the time, the person''s '
  'time zone or the clocks moves those that are pending.';
comment on constraint call_schedules_topic_key_fkey on coaching.call_schedules is E'@fieldName topic\n@foreignFieldName schedules';
comment on column coaching.call_schedules.local_time is
  'By the person''s wall clock (users.time_zone): at the end of the gap on a day that skips it, at the first of two on a day that '
  'shows it twice.';
comment on column coaching.call_schedules.active is 'False: no more calls; pending ones are canceled.';
comment on column coaching.call_schedules.next_at is 'When the first call is that does not stand in calls yet. Kept by triggers alone.';
create policy select_own on coaching.call_schedules for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on coaching.call_schedules for select to rowbell_operator using (true);
create policy select_service on coaching.call_schedules for select to rowbell_writer using (true);
create policy insert_service on coaching.call_schedules for insert to rowbell_writer with check (true);
create policy update_service on coaching.call_schedules for update to rowbell_writer using (true) with check (true);
grant select on coaching.call_schedules to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, user_id, coach_id, topic_key, local_time, active) on coaching.call_schedules to rowbell_writer;
grant update (coach_id, topic_key, local_time, active) on coaching.call_schedules to rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
