-- migrate:up
set local lock_timeout = '5s';

insert into notify.limits (key, at_most, per, noun, reason) values
  ('call_schedules', 5, null, 'schedules', 'Nobody is called more often every day; one that ended can be taken up again'),
  ('calls_scheduled', 20, '1 day', 'scheduled calls', 'Calls that one makes or moves by hand, and those of a schedule that one changes; each is two events'),
  ('pending_calls', 20, null, 'calls still to come', 'They cost money; counted for the number, whoever else has it');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
