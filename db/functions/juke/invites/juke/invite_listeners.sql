create or replace function juke.invite_listeners(listening_session_id uuid, user_ids uuid[], expires_after interval default '6 hours')
  returns setof juke.invites
language plpgsql volatile
-- Definer: people have no grant to write here; the first line checks the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  session constant juke.listening_sessions := juke_private.require_hosted_session(invite_listeners.listening_session_id);
  wrong constant text[] := case
    when session.ended_at is not null then array['listening_session_id', 'it has ended']
    when coalesce(pg_catalog.cardinality(invite_listeners.user_ids), 0) not between 1 and 50
      then array['user_ids', 'must be 1 to 50 people']
    when session.host_id = any (invite_listeners.user_ids) then array['user_ids', 'you are there already']
    when pg_catalog.array_position(invite_listeners.user_ids, null) is not null then array['user_ids', 'there is no such person']
    when (invite_listeners.expires_after between interval '1 minute' and interval '7 days') is not true
      then array['expires_after', 'must be from a minute to 7 days']
  end;
  asked uuid[];
  recent record;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2]
      using errcode = case when session.ended_at is not null then 'RBCFL' else 'RBINV' end, column = wrong[1];
  end if;
  -- The lock makes the limits exact: calls about two sessions of one host take turns.
  perform from notify.users as u where u.id = session.host_id for no key update;
  asked := array(
    select u.id from unnest(invite_listeners.user_ids) as u (id)
    except
    select i.invitee_id from juke.invites as i
    where i.listening_session_id = session.id and i.status <> 'withdrawn' and (i.status <> 'pending' or i.expires_at > pg_catalog.now())
  );
  if pg_catalog.cardinality(asked) > 0 then
    select coalesce(sum(p.times), 0)::bigint as times, coalesce(max(p.times) filter (where p.invitee_id = any (asked)), 0) as of_one
      into recent
    from (
      select i.invitee_id, sum(i.times_asked)::bigint as times
      from juke.listening_sessions as s join juke.invites as i on i.listening_session_id = s.id
      where s.host_id = session.host_id and i.created_at > pg_catalog.now() - interval '1 hour'
      group by i.invitee_id
    ) as p;
    -- Counted from the rows, over the hour that ends now, because what was asked before counts whoever changed it since.
    perform notify_private.check_limit('listening_invites_of_one', recent.of_one + 1);
    perform notify_private.check_limit('listening_invites_an_hour', recent.times + pg_catalog.cardinality(asked));
  end if;
  insert into juke.invites as i (listening_session_id, invitee_id, expires_at)
  select session.id, u.id, pg_catalog.now() + invite_listeners.expires_after
  from unnest(asked) as u (id)
  order by u.id
  on conflict (listening_session_id, invitee_id) do update
    set status = 'pending', answered_at = null, created_at = excluded.created_at, expires_at = excluded.expires_at,
      times_asked = case when i.created_at > excluded.created_at - interval '1 hour' then i.times_asked + 1 else 1 end
    -- Answered since we looked: that stands.
    where i.status = 'withdrawn' or i.status = 'pending' and i.expires_at <= excluded.created_at;
  return query select i.* from juke.invites as i where i.listening_session_id = session.id
    and i.invitee_id = any (invite_listeners.user_ids) order by i.id;
end
$$;
comment on function juke.invite_listeners(uuid, uuid[], interval) is
  'JK-3: asks up to 50 people to listen along to a session of the caller''s. Whoever is asked already is not told again, unless the '
  'invite was withdrawn or its time is over. An id that nobody has is invited alike. At most 100 invites an hour, and 5 of one person.';
grant execute on function juke.invite_listeners(uuid, uuid[], interval) to rowbell_user;
