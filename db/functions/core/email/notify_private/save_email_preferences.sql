create or replace function notify_private.save_email_preferences(user_id uuid, choices jsonb, tracked boolean) returns boolean
language plpgsql volatile
-- Definer: called by the route of preference pages, which may touch no table. The link's signature, checked there, and its
-- grant are the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  present constant jsonb := notify_private.email_preferences(save_email_preferences.user_id);
begin
  if present is null then
    return false;
  end if;
  if exists (
    select from pg_catalog.jsonb_each_text(choices) as c where c.value not in ('instant', 'daily', 'weekly', 'never')
  ) then
    raise exception 'choice: must be instant, daily, weekly or never' using errcode = 'RBINV', column = 'choice';
  end if;
  -- People before what belongs to them, as the engine locks.
  perform from notify.users as u where u.id = save_email_preferences.user_id for no key update;
  -- Only what changes becomes a choice of their own: the rest goes on following the defaults.
  insert into notify.preferences as p (user_id, type_key, channel, enabled, frequency, source)
  select
    save_email_preferences.user_id, t.key, 'email', c.value <> 'never', nullif(c.value, 'never'), 'unsubscribe'
  from pg_catalog.jsonb_to_recordset(present -> 'types') as t (key text, locked boolean, choice text)
  join pg_catalog.jsonb_each_text(choices) as c on c.key = t.key
  where not t.locked and c.value <> t.choice
  on conflict (user_id, type_key, channel) do update set
    enabled = excluded.enabled, frequency = coalesce(excluded.frequency, p.frequency), source = excluded.source,
    updated_at = pg_catalog.clock_timestamp();
  perform notify_private.record_tracking_consent(save_email_preferences.user_id, save_email_preferences.tracked, 'unsubscribe');
  return true;
end
$$;
comment on function notify_private.save_email_preferences(uuid, jsonb, boolean) is
  'Writes what the preference page sends: {"type_key": "daily"} and whether opens '
  'may be noted. Unknown and locked types are passed over. False: no such person.';
grant execute on function notify_private.save_email_preferences(uuid, jsonb, boolean) to rowbell_http;
