create or replace function notify.cancel_erasure() returns boolean
language plpgsql volatile
-- Definer: there is no delete grant; this takes back the caller's own request.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_user();
begin
  delete from notify.erasure_requests as r where r.user_id = me;
  return found;
end
$$;
comment on function notify.cancel_erasure() is
  'Takes the caller''s request for erasure back. False where there is none, or where it was done.';
grant execute on function notify.cancel_erasure() to rowbell_user;
