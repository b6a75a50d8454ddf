create or replace function trips_private.personal_data() returns setof notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  values
    (notify_private.declare_owned_rows('trips.date_window_supports')),
    (notify_private.declare_owned_rows('trips.date_windows', 'author_id')),
    (notify_private.declare_owned_rows('trips.participants')),
    (notify_private.declare_owned_rows('trips.memberships')),
    (notify_private.declare_owned_rows('trips.circle_invitations')),
    (notify_private.declare_mention('trips.circle_invitations', 'invited_by', '{}')),
    (notify_private.declare_owned_rows('trips.proposal_reactions')),
    (notify_private.declare_owned_rows('trips.join_requests', 'requester_id')),
    (notify_private.declare_mention('trips.join_requests', 'decided_by', '{status}')),
    (notify_private.declare_owned_rows('trips.trip_message_mentions')),
    (notify_private.declare_owned_rows('trips.trip_messages', 'author_id')),
    (notify_private.declare_owned_rows('trips.expense_shares')),
    -- What the group goes on with, whoever brought it: the trip is its circle's, and copy then says "Someone".
    (notify_private.declare_mention('trips.expenses', 'submitter_id', '{title,currency}')),
    (notify_private.declare_mention('trips.itinerary_ideas', 'author_id', '{title}')),
    (notify_private.declare_mention('trips.accommodation_options', 'contributor_id', '{name,url}')),
    (notify_private.declare_mention('trips.trip_items', 'assignee_id', '{kind,title}')),
    (notify_private.declare_mention('trips.trips', 'creator_id', '{name,type,status}')),
    (notify_private.declare_mention('trips.trips', 'leader_id', '{name,type,status}')),
    (notify_private.declare_mention('trips.trips', 'canceled_by', '{name,type,status}')),
    (notify_private.declare_not_personal('trips.circles', 'A name that its members gave it')),
    (notify_private.declare_not_personal('trips.itinerary_versions', 'What was generated for the group')),
    (notify_private.declare_not_personal('trips.packing_lists', 'That a list was made for the group')),
    (notify_private.declare_not_personal('trips.settings', 'What operators decided for all trips'))
$$;
comment on function trips_private.personal_data() is 'Where this pack keeps what about a person.';
