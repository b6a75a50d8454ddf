create or replace function notify.withdraw_announcement(announcement_id uuid, note text) returns notify.announcements
language plpgsql volatile
-- Definer: operators do not write the table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  withdrawn notify.announcements;
begin
  select a.* into withdrawn from notify.announcements as a where a.id = withdraw_announcement.announcement_id for no key update;
  if not found then
    raise exception 'announcement_id: there is no such announcement' using errcode = 'RBNFD', column = 'announcement_id';
  end if;
  if withdrawn.ends_at <= at then
    raise exception 'announcement_id: it has ended already' using errcode = 'RBCFL', column = 'announcement_id';
  end if;
  update notify.announcements as a set ends_at = at where a.id = withdrawn.id returning a.* into withdrawn;
  perform notify_private.record_operator_action('withdraw_announcement', withdrawn.id::text, withdraw_announcement.note);
  return withdrawn;
end
$$;
comment on function notify.withdraw_announcement(uuid, text) is
  'For operators: ends an announcement now, or before it begins. It disappears from the screens of those who are connected.';
grant execute on function notify.withdraw_announcement(uuid, text) to rowbell_operator;
