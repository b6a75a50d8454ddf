create or replace function coaching_private.personal_data() returns setof notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  values
    (notify_private.belongs('coaching.calls')),
    (notify_private.belongs('coaching.call_schedules')),
    (notify_private.belongs('coaching.streaks')),
    (notify_private.belongs('coaching.members')),
    (notify_private.about_nobody('coaching.coaches', 'A voice and a persona, no person')),
    (notify_private.about_nobody('coaching.topics', 'The catalog')),
    (notify_private.about_nobody('coaching.topic_texts', 'The catalog'))
$$;
comment on function coaching_private.personal_data() is 'Where this pack keeps what about a person.';
