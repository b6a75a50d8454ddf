create or replace function notify_private.end_sessions(user_ids uuid[], session_ids text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  -- Whoever is registering a device in one of them has finished then, and whoever comes later finds it ended. In one order,
  -- so that two who end many do not wait for each other.
  perform pg_advisory_xact_lock(l.key)
  from (
    select distinct notify_private.session_lock(e.user_id, e.session_id) as key
    from unnest(user_ids, session_ids) as e (user_id, session_id) order by 1
  ) as l;
  insert into notify_private.ended_sessions (user_id, session_id)
  select e.user_id, e.session_id
  from unnest(user_ids, session_ids) as e (user_id, session_id)
  on conflict do nothing;
  -- What is queued for them ends when a worker takes it: it reads the device then.
  delete from notify.devices as d
  using unnest(user_ids, session_ids) as e (user_id, session_id)
  where d.session_id = e.session_id and d.user_id = e.user_id;
end
$$;
comment on function notify_private.end_sessions(uuid[], text[]) is
  'Ends sessions: from the commit on their tokens are refused, and their devices are gone. '
  'For packs that keep sessions, and for end_session(). A session that ended stays ended.';
