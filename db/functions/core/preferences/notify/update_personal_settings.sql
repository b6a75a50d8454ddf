create or replace function notify.update_personal_settings(
  quiet_hours notify.quiet_window[] default null,
  paused_until timestamptz default null,
  daily_cap integer default null,
  digest_time time default null,
  digest_weekday integer default null,
  time_zone text default null,
  hold_while_looking boolean default null
) returns notify.effective_settings
language plpgsql volatile
-- Definer: there is no insert or update grant; this writes the caller's own settings, and of their row the time zone.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  most constant integer := (select s.daily_cap from notify.settings as s);
  zone constant text := notify_hidden.canonical_time_zone(update_personal_settings.time_zone);
  wrong constant text[] := case
    when notify_hidden.wrong_quiet_hours(update_personal_settings.quiet_hours) is not null
      then array['quiet_hours', notify_hidden.wrong_quiet_hours(update_personal_settings.quiet_hours)]
    when update_personal_settings.paused_until <= pg_catalog.now() then array['paused_until', 'must lie in the future']
    when update_personal_settings.paused_until > pg_catalog.now() + interval '1 year' then array['paused_until', 'must lie within a year']
    when update_personal_settings.daily_cap not between 1 and most then array['daily_cap', 'must be from 1 to ' || most]
    when update_personal_settings.digest_time = '24:00' then array['digest_time', 'midnight is 00:00']
    when update_personal_settings.digest_weekday not between 1 and 7 then array['digest_weekday', 'must be from 1 (Monday) to 7 (Sunday)']
    when not notify_hidden.is_time_zone(zone)
      then array['time_zone', 'must be an IANA time zone such as Europe/Lisbon']
  end;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  -- People before what belongs to them, as the engine locks.
  perform from notify.users as u where u.id = me for no key update;
  insert into notify.personal_settings as p
    (user_id, quiet_hours, paused_until, daily_cap, digest_time, digest_weekday, hold_while_looking, source)
  select
    me, update_personal_settings.quiet_hours, update_personal_settings.paused_until, update_personal_settings.daily_cap,
    update_personal_settings.digest_time, update_personal_settings.digest_weekday::smallint,
    update_personal_settings.hold_while_looking, notify_private.change_source()
  where num_nonnulls(
    update_personal_settings.quiet_hours, update_personal_settings.paused_until, update_personal_settings.daily_cap,
    update_personal_settings.digest_time, update_personal_settings.digest_weekday, update_personal_settings.hold_while_looking) > 0
  on conflict (user_id) do update set
    quiet_hours = coalesce(excluded.quiet_hours, p.quiet_hours),
    paused_until = coalesce(excluded.paused_until, p.paused_until),
    daily_cap = coalesce(excluded.daily_cap, p.daily_cap),
    digest_time = coalesce(excluded.digest_time, p.digest_time),
    digest_weekday = coalesce(excluded.digest_weekday, p.digest_weekday),
    hold_while_looking = coalesce(excluded.hold_while_looking, p.hold_while_looking),
    source = excluded.source, updated_at = pg_catalog.clock_timestamp();
  -- Last: what waits follows the zone, and comes after the settings.
  update notify.users as u set time_zone = zone, updated_at = pg_catalog.clock_timestamp()
  where u.id = me and u.time_zone is distinct from coalesce(zone, u.time_zone);
  return notify_private.effective_settings(me, null);
end
$$;
comment on function notify.update_personal_settings(notify.quiet_window[], timestamptz, integer, time, integer, text, boolean) is
  'What the caller decides for everything they get. What is not given stays as it is; reset_personal_settings '
  'takes it back. quiet_hours: all of them, [] for none at all. hold_while_looking: false to be told at once though one looks at '
  'the inbox. Answers with what holds now.';
grant execute on function notify.update_personal_settings(notify.quiet_window[], timestamptz, integer, time, integer, text, boolean)
  to rowbell_user;
