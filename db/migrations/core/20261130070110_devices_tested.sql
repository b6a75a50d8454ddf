-- migrate:up
set local lock_timeout = '5s';

insert into notify.limits (key, at_most, per, noun, reason) values
  ('devices_tested', 20, interval '1 minute', 'devices that test pushes ring', 'One test may be of 20 devices, and makes an event of each');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
