-- migrate:up
set local lock_timeout = '5s';

-- Trips that start or end, and those whose dates nobody settles: no row announces them. It runs at nine o'clock, UTC (TR-N4).
insert into notify.sweeps (key, pack, function, period, next_run_at) values
  ('trips_daily', 'trips', 'trips_private.emit_due_reminders', '1 day', date_bin('1 day', now(), '2026-01-01 09:00:00+00') + interval '1 day');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
