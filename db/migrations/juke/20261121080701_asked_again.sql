-- migrate:up
set local lock_timeout = '5s';

alter table juke.invites add column times_asked integer not null default 1;
comment on column juke.invites.times_asked is
  'How often, each within an hour of the time before: who is invited, taken back and invited again is told each time, and counts each time for the limits.';

-- Registering is checked by one trigger before the row, see juke_private.tg_devices__check_session().
drop trigger if exists _200_check_juke_session_again on notify.devices;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
