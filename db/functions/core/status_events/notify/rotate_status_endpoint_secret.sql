create or replace function notify.rotate_status_endpoint_secret(
  endpoint_id uuid, secret text default null, overlap_hours integer default 24, note text default null
) returns notify.status_endpoint_secret
language plpgsql volatile
-- Definer: nobody may read or write a secret. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  rotated notify_private.status_positions;
begin
  update notify_private.status_positions as p
  set (secret, previous_secret, previous_secret_expires_at) =
    (select r.* from notify_private.rotate_secret(p.secret, secret, overlap_hours) as r)
  where p.endpoint_id = endpoint_id
  returning * into rotated;
  if not found then
    raise exception 'endpoint_id: there is no such endpoint'
      using errcode = 'RBNFD', column = 'endpoint_id', hint = 'select id, url from notify.status_endpoints lists them.';
  end if;
  perform notify_hidden.note_operator_action('rotate_status_endpoint_secret', endpoint_id::text, note,
    pg_catalog.jsonb_build_object('overlapHours', overlap_hours));
  return (
    select s::notify.status_endpoint_secret
    from (
      select rotated.endpoint_id as status_endpoint_id, rotated.secret as secret,
        rotated.previous_secret_expires_at as previous_secret_expires_at
    ) as s
  );
end
$$;
comment on function notify.rotate_status_endpoint_secret(uuid, text, integer, text) is
  'For services and operators: gives a status endpoint another secret, a new one where none is given, and returns it. For overlap_hours '
  '(0 to 168, a day unless told) calls are signed with the old one, too.';
grant execute on function notify.rotate_status_endpoint_secret(uuid, text, integer, text) to rowbell_operator, rowbell_writer;
