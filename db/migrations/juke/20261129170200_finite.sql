-- migrate:up
set local lock_timeout = '5s';

-- GraphQL has no word for infinity: one such row, and whoever lists them gets an error instead of the list.
alter table juke.invites add constraint invites_expires_at_is_an_instant check (isfinite(expires_at)) not valid;
alter table juke.sessions add constraint sessions_started_at_is_an_instant check (isfinite(started_at)) not valid;
alter table juke.listening_sessions add constraint listening_sessions_started_at_is_an_instant check (isfinite(started_at)) not valid;
alter table juke.listeners add constraint listeners_joined_at_is_an_instant check (isfinite(joined_at)) not valid;
alter table juke.onboarding_steps_done add constraint onboarding_steps_done_done_at_is_an_instant check (isfinite(done_at)) not valid;
alter table juke.listens add constraint listens_listened_at_is_an_instant check (isfinite(listened_at)) not valid;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
