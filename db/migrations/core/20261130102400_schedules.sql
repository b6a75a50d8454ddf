-- A weekday is small, and functions take it as such.
-- squawk-ignore-file prefer-bigint-over-smallint
-- migrate:up
set local lock_timeout = '5s';

-- Events that come again, at a local time.

create table notify.schedules (
  id uuid primary key default uuidv7(),
  type_key text not null references notify.notification_types on update cascade,
  user_id uuid references notify.users on delete cascade,
  subject_type text,
  subject_id uuid,
  data jsonb not null default '{}'
    constraint schedules_data_is_a_small_object check (jsonb_typeof(data) = 'object' and pg_column_size(data) <= 8192),
  time_of_day time not null,
  weekdays smallint[] constraint schedules_weekdays_are_iso check (weekdays <@ '{1,2,3,4,5,6,7}' and weekdays <> '{}'),
  time_zone text constraint schedules_time_zone_is_known check (notify_hidden.is_time_zone(time_zone)),
  starts_on date,
  ends_on date,
  created_at timestamptz not null default now(),
  canceled_at timestamptz,
  constraint schedules_subject_is_whole check ((subject_type is null) = (subject_id is null)),
  constraint schedules_ends_after_start check (ends_on >= starts_on)
);
alter table notify.schedules enable row level security;
create index schedules_type_key_idx on notify.schedules (type_key);
create index schedules_user_id_idx on notify.schedules (user_id) where user_id is not null;
comment on table notify.schedules is
  E'@omit user: whatever made them shows them in its own words.\n'
  'An event again and again at a local time: of one person, or, without user_id and time_zone, of everybody by their own clock. Made '
  'by create_schedule(), ended by cancel_schedule(); never changed in between.';
comment on column notify.schedules.user_id is 'Whose clock it follows; null: nobody''s in particular.';
comment on column notify.schedules.data is 'Given to each event, with schedule_id, user_id, time_zone and local_date.';
comment on column notify.schedules.weekdays is 'ISO weekdays (1 Monday); null: every day.';
comment on column notify.schedules.time_zone is
  'Null: the person''s own, also when it changes; without a person, every zone in which somebody lives, an event each.';
comment on column notify.schedules.starts_on is 'First and last local day on which it may come; null: no bound.';
create policy select_own on notify.schedules for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.schedules for select to rowbell_operator, rowbell_writer using (true);
grant select on notify.schedules to rowbell_user, rowbell_operator, rowbell_writer;

create table notify.schedule_clocks (
  schedule_id uuid not null references notify.schedules on delete cascade,
  time_zone text not null,
  next_at timestamptz,
  last_on date,
  skipped integer not null default 0,
  primary key (schedule_id, time_zone)
);
alter table notify.schedule_clocks enable row level security;
create index schedule_clocks_next_at_idx on notify.schedule_clocks (next_at) where next_at is not null;
comment on table notify.schedule_clocks is
  E'@omit user: a part of schedules.\n'
  'When a schedule comes next by the clock of a zone: one row, or, for a schedule of everybody, one a zone. A million people in 400 '
  'zones are 600 rows.';
comment on column notify.schedule_clocks.next_at is 'Null: over, or canceled.';
comment on column notify.schedule_clocks.last_on is
  'Local day of the last one, so that a person who moves west does not get it twice on one day.';
comment on column notify.schedule_clocks.skipped is
  'How many were left out because a later one, or their expiry, had come by the time a worker looked.';
create policy select_own on notify.schedule_clocks for select to rowbell_user
  using (schedule_id in (select s.id from notify.schedules as s where s.user_id = (select notify_hidden.current_user_id())));
create policy select_admin on notify.schedule_clocks for select to rowbell_operator, rowbell_writer using (true);
grant select on notify.schedule_clocks to rowbell_user, rowbell_operator, rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
