-- migrate:up
set local lock_timeout = '5s';

insert into notify.limits (key, at_most, noun, reason) values
  ('trip_participants', 200, 'people on a hosted trip', 'What its leader decides tells all of them, as P0'),
  ('trips_led', 50, 'trips to come that one leads', 'With the people of each: how many one can tell something as P0');

-- Who left a circle stayed on its hosted trips until now.
update trips.participants as p set status = 'left'
from trips.trips as t join trips.memberships as m on m.circle_id = t.circle_id
where t.id = p.trip_id and m.user_id = p.user_id and m.status = 'left'
  and t.type = 'hosted' and t.leader_id is distinct from p.user_id and p.status = 'active';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
