create or replace function notify.archive(notification_ids uuid[]) returns integer
language plpgsql volatile
-- Definer: there is no update grant, so that this instant is all a person can change, in their own rows.
security definer set search_path = ''
as $$
declare
  me constant uuid := notify_private.require_user();
  changed integer;
begin
  if pg_catalog.cardinality(notification_ids) > 500 then
    raise exception 'notification_ids: at most 500 at once' using errcode = 'RBBIG';
  end if;
  update notify.notifications as n
  set archived_at = pg_catalog.clock_timestamp()
  where n.id = any (notification_ids) and n.recipient_id = me and n.archived_at is null;
  get diagnostics changed = row_count;
  return changed;
end
$$;
comment on function notify.archive(uuid[]) is
  'Puts notifications of the caller out of the inbox; they stay readable. The first time stands; others'' and unknown ids change nothing. Returns how many changed.';
grant execute on function notify.archive(uuid[]) to rowbell_user;
