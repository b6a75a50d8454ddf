create or replace function notify_private.move_digests(user_ids uuid[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update notify.digests as d
  set due_at = notify_private.next_local(
    coalesce(p.digest_time, s.digest_time),
    case d.frequency when 'weekly' then array[coalesce(p.digest_weekday, s.digest_weekday)] end,
    u.time_zone, clock_timestamp())
  from notify.settings as s, notify.users as u
  left join notify.personal_settings as p on p.user_id = u.id
  -- What is due already stays due: a change never keeps back what its time has come for.
  where u.id = d.user_id and d.user_id = any (user_ids) and d.closed_at is null and d.due_at > clock_timestamp()
$$;
comment on function notify_private.move_digests(uuid[]) is
  'Sets the open digests of these people to the next digest time as their settings and zones now say; those of people who chose their '
  'own come out as they were. Its caller holds the people.';
