-- migrate:up
set local lock_timeout = '5s';

-- The core remembers which sessions ended and refuses their tokens; what ended before is told to it here.
drop trigger if exists _200_check_juke_session on notify.devices;
drop function if exists juke_private.tg_devices__check_session();
insert into notify_private.ended_sessions (user_id, session_id, ended_at)
select s.user_id, s.id, s.ended_at from juke.sessions as s where s.ended_at is not null
on conflict do nothing;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
