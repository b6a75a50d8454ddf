create or replace function notify_private.effective_settings(user_id uuid, at timestamptz) returns notify.effective_settings
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select
    coalesce(case when z.old is null then u.time_zone else z.old ->> 'time_zone' end, 'UTC') as time_zone,
    coalesce(p.quiet_hours, s.quiet_hours) as quiet_hours,
    p.paused_until,
    least(p.daily_cap, s.daily_cap) as daily_cap,
    coalesce(p.digest_time, s.digest_time) as digest_time,
    coalesce(p.digest_weekday, s.digest_weekday)::integer as digest_weekday,
    coalesce(p.hold_while_looking, true) as hold_while_looking,
    array_remove(array[
      case when p.quiet_hours is not null then 'quiet_hours' end,
      case when p.paused_until is not null then 'paused_until' end,
      case when p.daily_cap is not null then 'daily_cap' end,
      case when p.digest_time is not null then 'digest_time' end,
      case when p.digest_weekday is not null then 'digest_weekday' end,
      case when p.hold_while_looking is not null then 'hold_while_looking' end
    ], null)::notify.setting_name[] as own
  from notify.users as u
  cross join notify_private.operator_settings_at(at) as s
  cross join lateral notify_private.personal_settings_at(u.id, at) as p
  left join lateral (
    select c.old from notify.preference_changes as c
    where c.user_id = u.id and c.scope = 'user' and c.changed_at > at
    order by c.changed_at, c.id limit 1
  ) as z on true
  where u.id = effective_settings.user_id
$$;
comment on function notify_private.effective_settings(uuid, timestamptz) is
  'What holds for a person over all types, as it was at an instant (null: as it is): their own word, else the operators''.';
