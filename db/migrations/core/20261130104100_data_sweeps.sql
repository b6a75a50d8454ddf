-- migrate:up
set local lock_timeout = '5s';

-- What the core itself looks for once a day.

insert into notify.sweeps (key, pack, function, period, next_run_at) values
  ('stale_devices', 'core', 'notify_private.retire_stale_devices', '1 day', now());

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
