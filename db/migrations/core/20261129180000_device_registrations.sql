-- migrate:up
set local lock_timeout = '5s';

insert into notify.limits (key, at_most, per, noun, reason) values
  ('device_registrations', 200, interval '1 day', 'newly registered devices',
   'One that goes for another stays on record for 90 days. A device that registers again, as apps do at each start, is no new one');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
