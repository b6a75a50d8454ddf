-- migrate:up
set local lock_timeout = '5s';

-- When a trip might be: windows that travelers suggest and support.

create table trips.date_windows (
  id uuid primary key default uuidv7(),
  trip_id uuid not null references trips.trips on delete cascade,
  author_id uuid not null references notify.users on delete cascade,
  start_on date not null constraint date_windows_start_on_is_a_day check (isfinite(start_on)),
  end_on date not null constraint date_windows_end_on_is_a_day check (isfinite(end_on)),
  created_at timestamptz not null default now(),
  constraint date_windows_is_in_order check (start_on <= end_on),
  constraint date_windows_is_at_most_a_year check (end_on - start_on < 366),
  -- Suggesting the same again is no second suggestion; also the index of trip_id.
  constraint date_windows_trip_id_author_id_start_on_end_on_key unique (trip_id, author_id, start_on, end_on),
  -- For the trip's proposal, which is one of its own windows.
  constraint date_windows_trip_id_id_key unique (trip_id, id)
);
alter table trips.date_windows enable row level security;
create index date_windows_author_id_idx on trips.date_windows (author_id);
comment on table trips.date_windows is
  'Dates that somebody suggests for a trip. The first ones of a trip tell its travelers (TR-3).';
comment on column trips.date_windows.start_on is 'First day, without a time zone: a day where the trip goes.';
comment on column trips.date_windows.end_on is 'Last day, included.';
create policy select_traveler on trips.date_windows for select to rowbell_user
  using (trip_id = any (array(select trips_private.my_trip_ids())));
create policy select_admin on trips.date_windows for select to rowbell_operator using (true);
create policy select_service on trips.date_windows for select to rowbell_writer using (true);
create policy insert_service on trips.date_windows for insert to rowbell_writer with check (true);
grant select on trips.date_windows to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, trip_id, author_id, start_on, end_on) on trips.date_windows to rowbell_writer;
-- No update: other dates are another suggestion. People suggest with suggest_dates().

create table trips.date_window_supports (
  date_window_id uuid not null references trips.date_windows on delete cascade,
  user_id uuid not null references notify.users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (date_window_id, user_id)
);
alter table trips.date_window_supports enable row level security;
create index date_window_supports_user_id_idx on trips.date_window_supports (user_id);
comment on table trips.date_window_supports is
  'Somebody likes suggested dates; their author is told (TR-10). Withdrawing deletes the row.';
-- The window's own policy applies within: who sees the dates sees who likes them. One look-up by key per row, and rows
-- are only ever reached through a window.
create policy select_traveler on trips.date_window_supports for select to rowbell_user
  using (exists (select from trips.date_windows as w where w.id = date_window_id));
create policy select_admin on trips.date_window_supports for select to rowbell_operator using (true);
create policy select_service on trips.date_window_supports for select to rowbell_writer using (true);
create policy insert_service on trips.date_window_supports for insert to rowbell_writer with check (true);
create policy delete_service on trips.date_window_supports for delete to rowbell_writer using (true);
grant select on trips.date_window_supports to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (date_window_id, user_id) on trips.date_window_supports to rowbell_writer;
grant delete on trips.date_window_supports to rowbell_writer;
-- People support with support_dates() and withdraw with withdraw_support().

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
