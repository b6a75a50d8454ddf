create or replace function juke_private.personal_data() returns setof notify_private.personal_data
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  values
    (notify_private.declare_owned_rows('juke.listens')),
    (notify_private.declare_owned_rows('juke.onboarding_steps_done')),
    (notify_private.declare_owned_rows('juke.listeners')),
    (notify_private.declare_owned_rows('juke.invites', 'invitee_id')),
    (notify_private.declare_owned_rows('juke.listening_sessions', 'host_id')),
    (notify_private.declare_owned_rows('juke.sessions')),
    (notify_private.declare_not_personal('juke.onboarding_steps', 'The catalog')),
    (notify_private.declare_not_personal('juke.onboarding_step_texts', 'The catalog'))
$$;
comment on function juke_private.personal_data() is 'Where this pack keeps what about a person.';
