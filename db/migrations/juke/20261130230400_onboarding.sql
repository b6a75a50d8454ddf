-- migrate:up
set local lock_timeout = '5s';

-- The steps of onboarding, and who has done which.

create table juke.onboarding_steps (
  key text primary key constraint onboarding_steps_key_is_a_slug check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  place integer not null,
  constraint onboarding_steps_place_key unique (place) deferrable
);
alter table juke.onboarding_steps enable row level security;
comment on table juke.onboarding_steps is
  'What a newcomer does to get going, in the order of place. Nudges name the first that somebody has not done.';
create policy select_all on juke.onboarding_steps for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
create policy insert_service on juke.onboarding_steps for insert to rowbell_writer with check (true);
create policy update_service on juke.onboarding_steps for update to rowbell_writer using (true) with check (true);
create policy delete_service on juke.onboarding_steps for delete to rowbell_writer using (true);
grant select on juke.onboarding_steps to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (key, place), update (place), delete on juke.onboarding_steps to rowbell_writer;

create table juke.onboarding_step_texts (
  step_key text not null references juke.onboarding_steps on delete cascade on update cascade,
  locale text not null constraint onboarding_step_texts_locale_is_bcp47 check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  text text not null constraint onboarding_step_texts_text_is_readable check (length(text) <= 100 and text ~ '\S'),
  primary key (step_key, locale)
);
alter table juke.onboarding_step_texts enable row level security;
comment on table juke.onboarding_step_texts is
  'A step in words, per locale; another locale falls back to its language, then to "en", as copy does. A step without words is not '
  'nudged for.';
comment on constraint onboarding_step_texts_step_key_fkey on juke.onboarding_step_texts is E'@fieldName step\n@foreignFieldName texts';
create policy select_all on juke.onboarding_step_texts for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
create policy insert_service on juke.onboarding_step_texts for insert to rowbell_writer with check (true);
create policy update_service on juke.onboarding_step_texts for update to rowbell_writer using (true) with check (true);
grant select on juke.onboarding_step_texts to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (step_key, locale, text), update (text) on juke.onboarding_step_texts to rowbell_writer;

create table juke.listeners (
  user_id uuid primary key references notify.users on delete cascade,
  joined_at timestamptz not null default now() constraint listeners_joined_at_is_an_instant check (isfinite(joined_at))
);
alter table juke.listeners enable row level security;
comment on table juke.listeners is
  E'@omit user: it says no more than that they use the product.\n'
  'Somebody who uses the product. Inserting one enrolls them in the journey juke_onboarding.';
create policy select_own on juke.listeners for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on juke.listeners for select to rowbell_operator using (true);
create policy select_service on juke.listeners for select to rowbell_writer using (true);
create policy insert_service on juke.listeners for insert to rowbell_writer with check (true);
grant select on juke.listeners to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (user_id, joined_at) on juke.listeners to rowbell_writer;

create table juke.onboarding_steps_done (
  user_id uuid not null references notify.users on delete cascade,
  step_key text not null references juke.onboarding_steps on delete cascade on update cascade,
  done_at timestamptz not null default now() constraint onboarding_steps_done_done_at_is_an_instant check (isfinite(done_at)),
  primary key (user_id, step_key)
);
alter table juke.onboarding_steps_done enable row level security;
create index onboarding_steps_done_step_key_idx on juke.onboarding_steps_done (step_key);
comment on table juke.onboarding_steps_done is
  'Which steps somebody has behind them. With the last one they leave the journey, and what was told of it but not sent is canceled.';
comment on constraint onboarding_steps_done_step_key_fkey on juke.onboarding_steps_done is E'@fieldName step\n@foreignFieldName done';
create policy select_own on juke.onboarding_steps_done for select to rowbell_user
  using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on juke.onboarding_steps_done for select to rowbell_operator using (true);
create policy select_service on juke.onboarding_steps_done for select to rowbell_writer using (true);
create policy insert_service on juke.onboarding_steps_done for insert to rowbell_writer with check (true);
grant select on juke.onboarding_steps_done to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (user_id, step_key, done_at) on juke.onboarding_steps_done to rowbell_writer;
-- People say so with finish_onboarding_step().

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
