-- migrate:up
set local lock_timeout = '5s';

-- What one person may write, by table; the triggers are notify_private.tg_rows__use_limit(). Generous for people who plan trips all day,
-- and a small number beside what a script would.
insert into notify.limits (key, at_most, per, noun, reason) values
  ('circles', 10, '1 day', 'circles', 'Each may ask people in'),
  ('circle_invitations', 20, '1 day', 'invitations to circles', 'Each may ring a stranger'),
  ('memberships', 100, '1 day', 'changes of who is in a circle', 'Each may tell the circle''s leaders'),
  ('trips', 20, '1 day', 'trips', 'Each tells the circle, as P0'),
  ('trip_changes', 200, '1 day', 'decisions about trips', 'Proposing, locking, selecting, handing over: each tells the travelers'),
  ('participants', 100, '1 day', 'changes of who is on a trip', 'Leaving tells the leader; each changes who hears what follows'),
  ('date_windows', 50, '1 day', 'suggested dates', 'Each may be proposed, which tells all as P0'),
  ('date_window_supports', 100, '1 day', 'likes of dates', 'Each tells whoever suggested them'),
  ('proposal_reactions', 100, '1 day', 'answers to proposed dates', 'Each may tell the leader'),
  ('itinerary_ideas', 50, '1 day', 'ideas', 'The first of a trip tells all'),
  ('itinerary_versions', 20, '1 day', 'versions of itineraries', 'Each tells all, as P0'),
  ('join_requests', 20, '1 day', 'requests to come along', 'Each tells a leader, as P0'),
  ('expenses', 50, '1 day', 'expenses', 'Each tells whom it is shared with'),
  ('expense_shares', 1000, '1 day', 'shares of expenses', 'A row for each person that shares one'),
  ('accommodation_options', 50, '1 day', 'places to stay', 'Each may tell all'),
  ('packing_lists', 10, '1 day', 'packing lists', 'Each may tell all'),
  ('trip_items', 500, '1 day', 'things to pack or prepare', 'A packing list has up to 200'),
  ('trip_messages', 500, '1 day', 'messages', 'All of a trip read them'),
  ('trip_message_mentions', 100, '1 day', 'mentions', 'Each may ring somebody');

-- What one person may be told by others.
insert into notify.limits (key, at_most, per, noun, reason) values
  ('strangers_heard', 2, '1 day', 'notifications from people one shares no circle with', 'However many accounts somebody has; fewer than the daily cap, so that strangers alone never use it up');

-- How many there may be at a time.
insert into notify.limits (key, at_most, noun, reason) values
  ('circle_members', 200, 'members of a circle, people asked included', 'What one of them does tells all the others'),
  ('circles_at_a_time', 100, 'circles', 'Every question about trips begins with the circles one is in'),
  ('open_join_requests', 10, 'open requests to come along', 'Whoever is not answered does not ask everywhere'),
  ('trip_participants', 200, 'people on a hosted trip', 'What its leader decides tells all of them, as P0'),
  ('trips_led', 50, 'trips to come that one leads', 'With the people of each: how many one can tell something as P0');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
