create or replace function trips_private.personal_data() returns setof notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  values
    (notify_private.belongs('trips.date_window_supports')),
    (notify_private.belongs('trips.date_windows', 'author_id')),
    (notify_private.belongs('trips.participants')),
    (notify_private.belongs('trips.memberships')),
    (notify_private.belongs('trips.circle_invitations')),
    (notify_private.names('trips.circle_invitations', 'invited_by', '{}')),
    (notify_private.belongs('trips.proposal_reactions')),
    (notify_private.belongs('trips.join_requests', 'requester_id')),
    (notify_private.names('trips.join_requests', 'decided_by', '{status}')),
    (notify_private.belongs('trips.trip_message_mentions')),
    (notify_private.belongs('trips.trip_messages', 'author_id')),
    (notify_private.belongs('trips.expense_shares')),
    -- What the group goes on with, whoever brought it: the trip is its circle's, and copy then says "Someone".
    (notify_private.names('trips.expenses', 'submitter_id', '{title,currency}')),
    (notify_private.names('trips.itinerary_ideas', 'author_id', '{title}')),
    (notify_private.names('trips.accommodation_options', 'contributor_id', '{name,url}')),
    (notify_private.names('trips.trip_items', 'assignee_id', '{kind,title}')),
    (notify_private.names('trips.trips', 'creator_id', '{name,type,status}')),
    (notify_private.names('trips.trips', 'leader_id', '{name,type,status}')),
    (notify_private.names('trips.trips', 'canceled_by', '{name,type,status}')),
    (notify_private.about_nobody('trips.circles', 'A name that its members gave it')),
    (notify_private.about_nobody('trips.itinerary_versions', 'What was generated for the group')),
    (notify_private.about_nobody('trips.packing_lists', 'That a list was made for the group')),
    (notify_private.about_nobody('trips.settings', 'What operators decided for all trips'))
$$;
comment on function trips_private.personal_data() is 'Where this pack keeps what about a person.';
