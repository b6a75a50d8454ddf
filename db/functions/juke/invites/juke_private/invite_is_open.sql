-- Not SQL: a predicate with a subquery is not inlined, and is then begun anew for each person.
create or replace function juke_private.invite_is_open(event_id uuid, recipient_id uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from notify.events as e
    join juke.invites as i on i.id = e.subject_id
    join juke.listening_sessions as s on s.id = i.listening_session_id
    where e.id = event_id and i.invitee_id = recipient_id and i.status = 'pending' and s.ended_at is null
      and i.expires_at > clock_timestamp()
  );
end
$$;
comment on function juke_private.invite_is_open(uuid, uuid) is
  'JK-3: an invite matters while nobody answered or withdrew it, its time is not over and the session goes on.';
