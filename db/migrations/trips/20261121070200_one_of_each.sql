-- migrate:up
set local lock_timeout = '5s';

-- Functions that said what another says.
update notify.notification_types set audience = 'trips_private.travelers_but_actor_audience' where key in ('trip_canceled', 'first_dates_suggested');
drop function if exists trips_private.trip_canceled_audience(uuid[]);
drop function if exists trips_private.first_dates_suggested_audience(uuid[]);
drop function if exists trips_private.require_person();
drop function if exists trips_private.check_name(text);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
