-- Not SQL: a predicate with a subquery is not inlined, and is then begun anew for each person.
create or replace function notify_private.journey_is_active(event_id uuid, recipient_id uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from notify.events as e
    join notify.journey_enrollments as n on n.id = (e.data ->> 'enrollment_id')::uuid
    join notify.journeys as j on j.key = n.journey_key
    where e.id = event_id and n.left_at is null
      and (n.ended_at is null or n.end_reason in ('completed', 'expired'))
      and (j.progress is null or notify_private.call_journey_function(j.progress, n.user_id, n.subject_id) is not null)
  );
end
$$;
comment on function notify_private.journey_is_active(uuid, uuid) is
  'still_relevant of journeys: false once the person has left it, or reached what it is for.';
