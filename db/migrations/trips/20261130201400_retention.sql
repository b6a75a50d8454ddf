-- migrate:up
set local lock_timeout = '5s';

insert into notify.retention_policies (table_name, reason) values
  ('trips.circles', 'The product''s own data, for its users to delete'),
  ('trips.memberships', 'The product''s own data, for its users to delete'),
  ('trips.circle_invitations', 'The product''s own data; a decline is remembered as long as the circle is there'),
  ('trips.trips', 'The product''s own data, for its users to delete'),
  ('trips.participants', 'The product''s own data, for its users to delete'),
  ('trips.join_requests', 'The product''s own data, for its users to delete'),
  ('trips.date_windows', 'The product''s own data, for its users to delete'),
  ('trips.date_window_supports', 'The product''s own data, for its users to delete'),
  ('trips.proposal_reactions', 'The product''s own data, for its users to delete'),
  ('trips.settings', 'One row'),
  ('trips.itinerary_ideas', 'The product''s own data, for its users to delete'),
  ('trips.itinerary_versions', 'The product''s own data, for its users to delete'),
  ('trips.accommodation_options', 'The product''s own data, for its users to delete'),
  ('trips.packing_lists', 'The product''s own data, for its users to delete'),
  ('trips.trip_items', 'The product''s own data, for its users to delete'),
  ('trips.expenses', 'The product''s own data, for its users to delete'),
  ('trips.expense_shares', 'The product''s own data, for its users to delete'),
  ('trips.trip_messages', 'The product''s own data, for its users to delete'),
  ('trips.trip_message_mentions', 'The product''s own data, for its users to delete');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
