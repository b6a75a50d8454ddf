create or replace view trips_private.contributors as
  select w.trip_id, w.author_id as user_id, w.id as date_window_id from trips.date_windows as w
  union
  select w.trip_id, s.user_id, w.id
  from trips.date_windows as w join trips.date_window_supports as s on s.date_window_id = w.id;
comment on view trips_private.contributors is
  'Who weighed in on which dates, by suggesting or supporting them: once each. '
  'What "over half has weighed in" (TR-9) and "has not taken part" (TR-18) mean.';
