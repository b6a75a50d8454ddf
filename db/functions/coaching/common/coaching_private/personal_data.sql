create or replace function coaching_private.personal_data() returns setof notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  values
    (notify_private.declare_owned_rows('coaching.calls')),
    (notify_private.declare_owned_rows('coaching.call_schedules')),
    (notify_private.declare_owned_rows('coaching.streaks')),
    (notify_private.declare_owned_rows('coaching.members')),
    (notify_private.declare_not_personal('coaching.coaches', 'A voice and a persona, no person')),
    (notify_private.declare_not_personal('coaching.topics', 'The catalog')),
    (notify_private.declare_not_personal('coaching.topic_texts', 'The catalog'))
$$;
comment on function coaching_private.personal_data() is 'Where this pack keeps what about a person.';
