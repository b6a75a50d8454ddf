-- migrate:up
set local lock_timeout = '5s';

-- Makes the calls of the day ahead.
insert into notify.sweeps (key, pack, function, period, next_run_at) values
  ('coaching_calls', 'coaching', 'coaching_private.make_and_close_calls', '10 minutes', now());

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
