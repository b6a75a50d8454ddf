create or replace function notify.mark_all_read() returns integer
language plpgsql volatile
-- Definer: there is no update grant, so that this instant is all a person can change, in their own rows.
security definer set search_path = ''
as $$
declare
  me constant uuid := notify_private.require_user();
  changed integer;
begin
  update notify.notifications as n
  set read_at = pg_catalog.clock_timestamp(), seen_at = coalesce(n.seen_at, pg_catalog.clock_timestamp())
  where n.recipient_id = me and n.read_at is null;
  get diagnostics changed = row_count;
  return changed;
end
$$;
comment on function notify.mark_all_read() is 'mark_read() for whatever the caller has not read. Returns how many changed.';
grant execute on function notify.mark_all_read() to rowbell_user;
