-- migrate:up
set local lock_timeout = '5s';

-- Timed steps with conditions and an exit.

create table notify.journeys (
  key text primary key constraint journeys_key_is_a_slug check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  pack text not null,
  description text not null,
  progress text constraint journeys_progress_is_qualified check (progress ~ '^[a-z_]+\.[a-z0-9_]+$'),
  at_most_daily boolean not null default false,
  expires_after interval constraint journeys_expires_after_is_positive check (expires_after > interval '0')
);
alter table notify.journeys enable row level security;
comment on table notify.journeys is
  'Timed steps with conditions and an exit. A new one is a row here, its steps and their copy, and at most one function.';
comment on column notify.journeys.progress is
  'Qualified name of "f(user_id uuid, subject_id uuid) returns jsonb" (plain "language sql stable"): the values that the copy names '
  '({"NextStep": "Add a photo"}), null once there is nothing left to be reminded of, which is the exit. Asked before each step and '
  'again until its message is sent.';
comment on column notify.journeys.at_most_daily is
  'A step that would follow another one to the same person within a day of their own waits for the same time of the next day.';
comment on column notify.journeys.expires_after is
  'Counted from enrollment: later steps are not taken any more. Null: they are, however late.';
create policy select_all on notify.journeys for select to rowbell_operator, rowbell_writer using (true);
grant select on notify.journeys to rowbell_operator, rowbell_writer;

create table notify.journey_steps (
  journey_key text not null references notify.journeys on delete cascade on update cascade,
  step integer not null constraint journey_steps_step_is_positive check (step > 0),
  delay interval not null constraint journey_steps_delay_is_not_negative check (delay >= interval '0'),
  delay_from text not null default 'enrollment'
    constraint journey_steps_delay_from_is_known check (delay_from in ('enrollment', 'previous')),
  condition text constraint journey_steps_condition_is_qualified check (condition ~ '^[a-z_]+\.[a-z0-9_]+$'),
  type_key text not null references notify.notification_types on update cascade,
  variant text not null default 'default',
  primary key (journey_key, step)
);
alter table notify.journey_steps enable row level security;
create index journey_steps_type_key_idx on notify.journey_steps (type_key);
comment on table notify.journey_steps is 'What a journey says, and when: in the order of step, each once an enrollment.';
comment on column notify.journey_steps.delay_from is
  'What the delay counts from: the enrollment, or when the step before was taken or skipped.';
comment on column notify.journey_steps.condition is
  'Qualified name of "f(user_id uuid, subject_id uuid) returns boolean" (plain "language sql stable"); where it does not say true the '
  'step is skipped. Null: always.';
comment on column notify.journey_steps.type_key is
  'What is told; a type whose audience is notify_private.journey_audience and whose still_relevant is notify_private.journey_is_active.';
comment on column notify.journey_steps.variant is 'Which of the type''s copies.';
create policy select_all on notify.journey_steps for select to rowbell_operator, rowbell_writer using (true);
grant select on notify.journey_steps to rowbell_operator, rowbell_writer;

create table notify.journey_enrollments (
  id uuid primary key default uuidv7(),
  journey_key text not null references notify.journeys on update cascade,
  user_id uuid not null references notify.users on delete cascade,
  subject_type text,
  subject_id uuid,
  data jsonb not null default '{}'
    constraint journey_enrollments_data_is_a_small_object check (jsonb_typeof(data) = 'object' and pg_column_size(data) <= 8192),
  enrolled_at timestamptz not null default now(),
  next_step integer,
  next_at timestamptz,
  advance_error text,
  ended_at timestamptz,
  end_reason text constraint journey_enrollments_end_reason_is_known check (end_reason in ('completed', 'exited', 'canceled', 'expired')),
  left_at timestamptz,
  constraint journey_enrollments_subject_is_whole check ((subject_type is null) = (subject_id is null)),
  constraint journey_enrollments_reason_iff_ended check ((ended_at is null) = (end_reason is null)),
  constraint journey_enrollments_next_iff_open
    check ((ended_at is null) = (next_step is not null) and (ended_at is null) = (next_at is not null))
);
alter table notify.journey_enrollments enable row level security;
create unique index journey_enrollments_journey_key_user_id_subject_id_key
  on notify.journey_enrollments (journey_key, user_id, subject_id) nulls not distinct where ended_at is null;
-- For the foreign keys; the first one also for a person's earlier enrollments.
create index journey_enrollments_journey_key_user_id_idx on notify.journey_enrollments (journey_key, user_id);
create index journey_enrollments_user_id_idx on notify.journey_enrollments (user_id);
create index journey_enrollments_next_at_idx on notify.journey_enrollments (next_at) where ended_at is null;
comment on table notify.journey_enrollments is
  E'@paged\n'
  'A person''s way through a journey: which step comes when, or why it ended. At most one is open per journey, person and subject. '
  'Written by enroll_many, exit_journey and advance_journeys.';
comment on column notify.journey_enrollments.data is 'More values for the copy, as given at enrollment.';
comment on column notify.journey_enrollments.advance_error is
  'Why the next step could not be taken (code and message of a function); next_at says when it is tried again.';
comment on column notify.journey_enrollments.end_reason is
  'completed: all steps are behind; exited: its purpose was reached (progress, exit_journey); canceled: a service said so; expired: '
  'too old for further steps.';
comment on column notify.journey_enrollments.left_at is
  'When exit_journey() took the person out, be it after the last step: what was told of it and is being planned at that moment is not '
  'sent either.';
create policy select_admin on notify.journey_enrollments for select to rowbell_operator using (true);
grant select on notify.journey_enrollments to rowbell_operator;

create table notify.journey_steps_taken (
  enrollment_id uuid not null references notify.journey_enrollments on delete cascade,
  step integer not null,
  outcome text not null constraint journey_steps_taken_outcome_is_known check (outcome in ('told', 'skipped')),
  taken_at timestamptz not null,
  event_id uuid,
  primary key (enrollment_id, step),
  constraint journey_steps_taken_event_iff_told check ((outcome = 'told') = (event_id is not null))
);
alter table notify.journey_steps_taken enable row level security;
comment on table notify.journey_steps_taken is
  'What each enrollment has behind it. What became of a told step say the decisions about its event.';
comment on constraint journey_steps_taken_enrollment_id_fkey on notify.journey_steps_taken is
  E'@fieldName enrollment\n@foreignFieldName stepsTaken';
create policy select_admin on notify.journey_steps_taken for select to rowbell_operator using (true);
grant select on notify.journey_steps_taken to rowbell_operator;

create type notify.enrollment_input as (journey_key text, user_id uuid, subject_type text, subject_id uuid, data jsonb);
comment on type notify.enrollment_input is 'One enrollment for enroll_many(); null data means {}.';

create type notify.enroll_result as (enrollment_id uuid, deduplicated boolean);
comment on type notify.enroll_result is 'The enrollment, and whether it had already been there.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
