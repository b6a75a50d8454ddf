create or replace function notify_private.record_tracking_consent(user_id uuid, granted boolean, source text) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  -- The lock puts the records of one person in order: the newest holds.
  perform from notify.users as u where u.id = record_tracking_consent.user_id for no key update;
  if not found then
    raise exception 'user_id: there is no such user' using errcode = 'RBNFD', column = 'user_id';
  end if;
  if record_tracking_consent.granted <> notify_private.tracks_email(record_tracking_consent.user_id) then
    insert into notify.tracking_consents (user_id, granted, source)
    values (record_tracking_consent.user_id, record_tracking_consent.granted, record_tracking_consent.source);
  end if;
  return record_tracking_consent.granted;
end
$$;
comment on function notify_private.record_tracking_consent(uuid, boolean, text) is
  'Adds a consent to tracking, or its end, to the record where that changes anything.';
