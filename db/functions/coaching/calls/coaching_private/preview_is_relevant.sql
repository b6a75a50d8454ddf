-- Not SQL: a predicate with a subquery is not inlined, and is then begun anew for each person.
create or replace function coaching_private.preview_is_relevant(event_id uuid, recipient_id uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from notify.events as e join coaching.calls as c on c.id = e.subject_id
    where e.id = event_id and c.user_id = recipient_id
      and c.status = 'pending' and c.preview_due_at = e.due_at and c.scheduled_at > pg_catalog.clock_timestamp()
  );
end
$$;
comment on function coaching_private.preview_is_relevant(uuid, uuid) is
  'CP-3, CP-5, CP-24: a preview matters while its call is pending, has not begun, and is still at the time that the preview is for.';
