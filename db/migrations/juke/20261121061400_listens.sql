-- migrate:up
set local lock_timeout = '5s';

create table juke.listens (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  sitting_key text not null constraint listens_sitting_key_is_short check (length(sitting_key) between 1 and 100),
  artist text not null constraint listens_artist_is_short check (length(artist) between 1 and 200),
  track text not null constraint listens_track_is_short check (length(track) between 1 and 200),
  seconds integer not null constraint listens_seconds_are_sane check (seconds between 1 and 86400),
  listened_at timestamptz not null default now()
);
alter table juke.listens enable row level security;
-- The recap reads one person's week; also the foreign key's index.
create index listens_user_id_listened_at_idx on juke.listens (user_id, listened_at);
-- For retention: rows come in the order of their time, so a summary of blocks is enough, and costs an insert next to nothing.
create index listens_listened_at_idx on juke.listens using brin (listened_at);
comment on table juke.listens is 'What somebody played, as the player reports it.';
comment on column juke.listens.sitting_key is 'The player''s own key of what was played in one go, alone or along with others.';
comment on column juke.listens.seconds is 'How much of the track was heard.';
comment on column juke.listens.listened_at is 'When it began; the local week of the person it counts for.';
create policy select_own on juke.listens for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_service on juke.listens for select to rowbell_writer using (true);
create policy insert_service on juke.listens for insert to rowbell_writer with check (true);
grant select on juke.listens to rowbell_user, rowbell_writer;
grant insert (id, user_id, sitting_key, artist, track, seconds, listened_at) on juke.listens to rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
