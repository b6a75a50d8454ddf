-- migrate:up
set local lock_timeout = '5s';

-- The calls themselves, and how many days in a row somebody took theirs.

create table coaching.calls (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  coach_id uuid not null references coaching.coaches,
  topic_key text not null references coaching.topics on update cascade,
  schedule_id uuid references coaching.call_schedules on delete set null,
  local_day date,
  moved_day date,
  moved_time time,
  context_line text constraint calls_context_line_is_short check (length(context_line) <= 200 and context_line ~ '\S'),
  scheduled_at timestamptz not null constraint calls_scheduled_at_is_an_instant check (isfinite(scheduled_at)),
  status text not null default 'pending'
    constraint calls_status_is_known check (status in ('pending', 'in_progress', 'completed', 'canceled')),
  preview_due_at timestamptz,
  preview_skipped text constraint calls_preview_skipped_is_known check (preview_skipped in ('too_late')),
  preview_sent boolean not null default false,
  preview_sent_at timestamptz,
  started_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  duration_seconds integer constraint calls_duration_seconds_is_not_negative check (duration_seconds >= 0),
  outcome text constraint calls_outcome_is_known check (outcome in ('answered', 'voicemail', 'no_answer', 'failed')),
  outcome_reason text,
  created_at timestamptz not null default now(),
  constraint calls_outcome_iff_completed check ((status = 'completed') = (outcome is not null)),
  constraint calls_preview_sent_at_iff_sent check (preview_sent = (preview_sent_at is not null)),
  constraint calls_preview_is_due_or_skipped check ((preview_due_at is null) = (preview_skipped is not null)),
  -- One call a day and schedule, whoever makes it; also the foreign key's index.
  constraint calls_schedule_id_local_day_key unique (schedule_id, local_day)
);
alter table coaching.calls enable row level security;
create index calls_user_id_scheduled_at_idx on coaching.calls (user_id, scheduled_at desc);
create index calls_coach_id_idx on coaching.calls (coach_id);
create index calls_topic_key_idx on coaching.calls (topic_key);
-- What is still to come or under way: few, however many there have been.
create index calls_scheduled_at_idx on coaching.calls (scheduled_at) where status in ('pending', 'in_progress');
comment on table coaching.calls is
  E'@root\n@order id desc\n'
  'One call at an instant. Inserting it schedules its preview and the call itself; moving it moves both, canceling it cancels both.';
comment on constraint calls_schedule_id_fkey on coaching.calls is E'@fieldName schedule\n@foreignFieldName calls';
comment on constraint calls_topic_key_fkey on coaching.calls is E'@fieldName topic\n@foreignFieldName calls';
comment on column coaching.calls.schedule_id is 'The daily schedule that made it; null: a call of its own.';
comment on column coaching.calls.local_day is 'The person''s own day that a schedule''s call is for.';
comment on column coaching.calls.moved_day is
  E'@behavior -*\nThe day, by the person''s clock, to which this one call of a schedule was moved by itself; null: it is where its '
  'schedule has it. Kept by a trigger alone.';
comment on column coaching.calls.moved_time is E'@behavior -*\nWhat the person''s clock shows there on moved_day.';
comment on column coaching.calls.context_line is 'A sentence of today that follows the default body of the preview.';
comment on column coaching.calls.status is
  'pending, in_progress (the phone rings or is picked up), completed (outcome says how), canceled.';
comment on column coaching.calls.preview_due_at is
  'When the preview is due: the lead time before the call, at once where that has passed. Kept by triggers alone.';
comment on column coaching.calls.preview_skipped is
  'Why there is none: too_late (less than a minute was left when the call was made or moved).';
comment on column coaching.calls.preview_sent is 'Whether a provider has taken the preview of this time.';
comment on column coaching.calls.ended_at is
  'When it was over by the provider''s final report; of a call without one, when that was noticed.';
comment on column coaching.calls.duration_seconds is
  'From being picked up until the end, by the final report; null: not picked up, or nobody reported the end.';
comment on column coaching.calls.outcome is 'answered, voicemail, no_answer or failed; from the provider''s reports.';
comment on column coaching.calls.outcome_reason is
  'Where it was not answered: busy, no_answer, no_address, expired and the like (docs/provider-errors.md).';
create policy select_own on coaching.calls for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on coaching.calls for select to rowbell_operator using (true);
create policy select_service on coaching.calls for select to rowbell_writer using (true);
create policy insert_service on coaching.calls for insert to rowbell_writer with check (true);
-- A service makes, moves and cancels calls. That one has begun, and how it ended, only the engine says: a call that a service set to
-- in_progress would be placed by nobody, and end as failed.
create policy update_service on coaching.calls for update to rowbell_writer using (true) with check (status in ('pending', 'canceled'));
grant select on coaching.calls to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, user_id, coach_id, topic_key, context_line, scheduled_at) on coaching.calls to rowbell_writer;
grant update (coach_id, topic_key, context_line, scheduled_at, status) on coaching.calls to rowbell_writer;
-- People have no grant to write here: schedule_call(), move_call() and cancel_call() say who may what.

create type coaching_private.streak_answer as (
  call_id uuid,
  local_day date
);
comment on type coaching_private.streak_answer is 'An answered call, and the person''s own day that it counts for.';

create table coaching.streaks (
  user_id uuid primary key references notify.users on delete cascade,
  day integer not null default 1 constraint streaks_day_is_not_negative check (day >= 0),
  last_answered_on date,
  base_day integer not null default 1,
  base_answered_on date,
  answers coaching_private.streak_answer[] not null default '{}'
);
alter table coaching.streaks enable row level security;
comment on table coaching.streaks is
  'Which day of a row of days with an answered call comes next. Answering moves it on, once a day of the person''s own; a day '
  'without an answer sets it back to 1.';
comment on column coaching.streaks.day is 'The day that the next call is: what "Day {streak}" says. Services may set it.';
comment on column coaching.streaks.last_answered_on is
  'The person''s own day of the last answered call; null: none yet, and nothing to miss.';
comment on column coaching.streaks.base_day is
  E'@behavior -*\nThe day before the answers that are remembered, from which they are counted anew where a verdict changes.';
comment on column coaching.streaks.base_answered_on is E'@behavior -*\nlast_answered_on at base_day.';
comment on column coaching.streaks.answers is
  E'@behavior -*\nThe latest answered calls that were counted, at most 31. Where day and last_answered_on are not what they come to, a '
  'service has set these, and counting begins from there.';
create policy select_own on coaching.streaks for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on coaching.streaks for select to rowbell_operator using (true);
create policy select_service on coaching.streaks for select to rowbell_writer using (true);
create policy insert_service on coaching.streaks for insert to rowbell_writer with check (true);
create policy update_service on coaching.streaks for update to rowbell_writer using (true) with check (true);
grant select on coaching.streaks to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (user_id, day, last_answered_on) on coaching.streaks to rowbell_writer;
grant update (day, last_answered_on) on coaching.streaks to rowbell_writer;

create type coaching_private.call_change as (
  call_id uuid,
  type_key text,
  old_due_at timestamptz,
  due_at timestamptz,
  scheduled_at timestamptz
);
comment on type coaching_private.call_change is
  'One of a call''s two events: when it was due, when it is due now (null: not any more), and when the call is.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
