-- migrate:up
set local lock_timeout = '5s';

-- For everybody by their own clock: a clock a zone, set when functions are deployed.
insert into notify.schedules (type_key, time_of_day, weekdays) values
  ('juke_weekly_recap', '09:00', '{1}');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
