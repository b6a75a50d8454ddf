-- SE-5: what a person writes uses up a limit of theirs, whichever function they come by; updates too, where they tell somebody.
-- Triggers alone, so that no way in is forgotten; their function is the core's.
create or replace trigger _200_use_limit
  after insert on trips.circles referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('circles');
create or replace trigger _200_use_limit
  after insert on trips.circle_invitations referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('circle_invitations');
create or replace trigger _200_use_limit
  after insert on trips.memberships referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('memberships');
create or replace trigger _200_use_limit_updated
  after update on trips.memberships referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('memberships');
create or replace trigger _200_use_limit
  after insert on trips.trips referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('trips');
create or replace trigger _200_use_limit_updated
  after update on trips.trips referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('trip_changes');
create or replace trigger _200_use_limit
  after insert on trips.participants referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('participants');
create or replace trigger _200_use_limit_updated
  after update on trips.participants referencing new table as written
  -- What follows from leaving a circle is counted there: nobody is kept in one by the trips that others took them along on.
  for each statement when (pg_trigger_depth() = 0) execute function notify_private.tg_rows__use_limit('participants');
create or replace trigger _200_use_limit
  after insert on trips.date_windows referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('date_windows');
create or replace trigger _200_use_limit
  after insert on trips.date_window_supports referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('date_window_supports');
create or replace trigger _200_use_limit
  after insert on trips.proposal_reactions referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('proposal_reactions');
create or replace trigger _200_use_limit_updated
  after update on trips.proposal_reactions referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('proposal_reactions');
create or replace trigger _200_use_limit
  after insert on trips.itinerary_ideas referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('itinerary_ideas');
create or replace trigger _200_use_limit
  after insert on trips.itinerary_versions referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('itinerary_versions');
create or replace trigger _200_use_limit
  after insert on trips.join_requests referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('join_requests');
create or replace trigger _200_use_limit
  after insert on trips.expenses referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('expenses');
create or replace trigger _200_use_limit
  after insert on trips.expense_shares referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('expense_shares');
create or replace trigger _200_use_limit
  after insert on trips.accommodation_options referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('accommodation_options');
create or replace trigger _200_use_limit
  after insert on trips.packing_lists referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('packing_lists');
create or replace trigger _200_use_limit
  after insert on trips.trip_items referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('trip_items');
create or replace trigger _200_use_limit
  after insert on trips.trip_messages referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('trip_messages');
create or replace trigger _200_use_limit
  after insert on trips.trip_message_mentions referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('trip_message_mentions');
