create or replace function notify.request_erasure(confirm uuid) returns notify.erasure_requests
language plpgsql volatile
-- Definer: there is no insert grant; this writes the caller's own request.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_known_user();
  request notify.erasure_requests;
begin
  if request_erasure.confirm is distinct from me then
    raise exception 'confirm: must repeat your id' using errcode = 'RBINV', column = 'confirm';
  end if;
  insert into notify.erasure_requests (user_id) values (me) on conflict do nothing;
  select * into strict request from notify.erasure_requests as r where r.user_id = me;
  return request;
end
$$;
comment on function notify.request_erasure(uuid) is
  'The caller wants to be erased, for good and from every table (docs/privacy.md); confirm repeats their id. It is done a day later, until '
  'which cancel_erasure() takes it back. Asking again changes nothing.';
grant execute on function notify.request_erasure(uuid) to rowbell_user;
