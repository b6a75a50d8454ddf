-- migrate:up
set local lock_timeout = '5s';

-- Between planning and sending lie quiet hours, pauses and retries: what became of the trip and its people meanwhile counts.
update notify.notification_types set still_relevant = 'trips_private.still_matters' where pack = 'trips';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
