create or replace function notify_private.replace_webhook_secret(user_id uuid, endpoint_id uuid, secret text, overlap_hours integer)
returns notify.webhook_secret
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  changed notify.webhook_endpoints;
begin
  update notify.webhook_endpoints as w
  set (secret, previous_secret, previous_secret_expires_at) =
    (select r.* from notify_private.rotate_secret(w.secret, secret, overlap_hours) as r)
  where w.id = endpoint_id and w.user_id = user_id
  returning * into changed;
  if not found then
    raise exception 'endpoint_id: there is no such endpoint' using errcode = 'RBNFD', column = 'endpoint_id';
  end if;
  return (
    select s::notify.webhook_secret
    from (
      select changed.id as webhook_endpoint_id, changed.secret as secret,
        changed.previous_secret_expires_at as previous_secret_expires_at
    ) as s
  );
end
$$;
comment on function notify_private.replace_webhook_secret(uuid, uuid, text, integer) is
  'Gives a webhook endpoint of a person another secret, a new one where none is given: rotate_secret().';
