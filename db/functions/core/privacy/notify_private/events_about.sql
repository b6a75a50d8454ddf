create or replace function notify_private.events_about(user_id uuid, identifiers text[], subject_ids uuid[],
  since timestamptz default '-infinity') returns uuid[]
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select array(
    select e.id from notify.events as e
    where (since = '-infinity' or e.id >= notify_private.uuidv7_floor(since))
      and (e.actor_id = events_about.user_id or e.subject_id = events_about.user_id or e.subject_id = any (subject_ids)
        or e.plan_cursor = events_about.user_id
        or coalesce(concat_ws(' ', e.data, e.idempotency_key, e.plan_error)
          ~ (select notify_private.terms_regex(identifiers || notify_private.json_escaped_terms(identifiers))), false))
  )
$$;
comment on function notify_private.events_about(uuid, text[], uuid[], timestamptz) is
  'Events that a person caused, that are about them or about something that they had to do with (subject_ids), '
  'in which one of their identifiers stands (names are not: others have the same); since bounds the events'' ids.';
