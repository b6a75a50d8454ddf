create or replace function notify_private.events_of_subject(subject_type text, subject_id uuid, type_keys text[])
  returns setof notify.events
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  if events_of_subject.subject_type is null or events_of_subject.subject_id is null then
    raise exception 'subject_id: subject_type and subject_id must both be given' using errcode = 'RBINV', column = 'subject_id';
  end if;
  return query
  select e.* from notify.events as e
  join notify.notification_types as t on t.key = e.type_key
  where e.subject_id = events_of_subject.subject_id and e.subject_type = events_of_subject.subject_type
    and (type_keys is null or e.type_key = any (type_keys))
    and e.canceled_at is null
    -- Of what has expired nothing can be under way.
    and (e.planned_at is null or e.due_at + coalesce(e.expires_after, t.expires_after) > pg_catalog.clock_timestamp());
end
$$;
comment on function notify_private.events_of_subject(text, uuid, text[]) is
  'Events about a subject, of these types or all, of which something may still come.';
