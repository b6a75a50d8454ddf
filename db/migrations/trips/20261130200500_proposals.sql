-- The table is empty, so checking its rows takes no time.
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint
-- migrate:up
set local lock_timeout = '5s';

-- A window belongs to a trip, and a trip proposes a window, so one of the two references comes after both tables. The key of both columns
-- says that the window is one of the trip's own.
alter table trips.trips
  add constraint trips_proposed_window_id_fkey
  foreign key (id, proposed_window_id) references trips.date_windows (trip_id, id) on delete set null (proposed_window_id);
comment on constraint trips_proposed_window_id_fkey on trips.trips is $$
@fieldName proposedWindow
@backwardBehavior -*
$$;

create table trips.proposal_reactions (
  date_window_id uuid not null references trips.date_windows on delete cascade,
  user_id uuid not null references notify.users on delete cascade,
  works boolean not null,
  reacted_at timestamptz not null default now(),
  primary key (date_window_id, user_id)
);
alter table trips.proposal_reactions enable row level security;
create index proposal_reactions_user_id_idx on trips.proposal_reactions (user_id);
comment on table trips.proposal_reactions is
  'Whether dates that were proposed work for somebody. Once enough of the group say so the leader is told (TR-5).';
comment on column trips.proposal_reactions.works is 'The latest answer; changing one''s mind changes the row.';
-- As the supports: whoever sees the dates.
create policy select_traveler on trips.proposal_reactions for select to rowbell_user
  using (exists (select from trips.date_windows as w where w.id = date_window_id));
create policy select_admin on trips.proposal_reactions for select to rowbell_operator using (true);
create policy select_service on trips.proposal_reactions for select to rowbell_writer using (true);
create policy insert_service on trips.proposal_reactions for insert to rowbell_writer with check (true);
create policy update_service on trips.proposal_reactions for update to rowbell_writer using (true) with check (true);
create policy delete_service on trips.proposal_reactions for delete to rowbell_writer using (true);
grant select on trips.proposal_reactions to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (date_window_id, user_id, works) on trips.proposal_reactions to rowbell_writer;
grant update (works) on trips.proposal_reactions to rowbell_writer;
grant delete on trips.proposal_reactions to rowbell_writer;
-- People answer with react_to_proposal().

create table trips.settings (
  singleton boolean primary key default true constraint settings_is_one_row check (singleton),
  lock_threshold numeric not null default 0.5
    constraint settings_lock_threshold_is_a_share check (lock_threshold > 0 and lock_threshold <= 1)
);
alter table trips.settings enable row level security;
comment on table trips.settings is $$
@name trip_settings
What operators decide for all trips; exactly one row.
$$;
comment on column trips.settings.lock_threshold is
  'Share of the travelers, the leader left out, for whom proposed dates have to work before the leader is told to confirm them (TR-5).';
insert into trips.settings default values;
create policy select_admin on trips.settings for select to rowbell_operator using (true);
create policy update_admin on trips.settings for update to rowbell_operator using (true) with check (true);
grant select, update (lock_threshold) on trips.settings to rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
