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
  where u.id = d.user_id and d.id = any (array(
    -- What is due already stays due: a change never keeps back what its time has come for. In one order, so that
    -- those who change things for many do not deadlock.
    select x.id from notify.digests as x
    where x.closed_at is null and x.due_at > clock_timestamp() and (user_ids is null or x.user_id = any (user_ids))
    order by x.id for update
  ))
$$;
comment on function notify_private.move_digests(uuid[]) is
  'Sets the open digests of these people (null: of everyone) to the next digest time as their settings and zones now say.';
