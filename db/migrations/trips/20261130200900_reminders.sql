-- migrate:up
set local lock_timeout = '5s';

create type trips_private.nudge as (type_key text, trip_id uuid, data jsonb);
comment on type trips_private.nudge is 'A leader is to be told that it is time for something, with what the copy says of it.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
