create or replace function notify.end_session(session_id text default null) returns integer
language plpgsql volatile
-- Definer: nobody may write what this writes; it ends the caller's own session and no other.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
  own constant text := notify_hidden.current_session_id();
  ended constant text := coalesce(end_session.session_id, own);
  wrong constant text[] := case
    when ended is null then array['session_id', 'is missing, and your token names no session']
    when length(ended) not between 1 and 200 then array['session_id', 'must have 1 to 200 characters']
  end;
  bound notify.limits;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  if exists (select from notify_private.ended_sessions as e where e.user_id = me and e.session_id = ended) then
    return 0;
  end if;
  if ended is distinct from own then
    if exists (select from notify.users as u where u.id = me) then
      perform notify_private.use_limit('sessions_ended', me);
    else
      -- The application has not written them down yet, so no use of a limit can be counted for them: what is there is.
      select * into strict bound from notify.limits as l where l.key = 'sessions_ended';
      if bound.at_most <= (
        select count(*) from notify_private.ended_sessions as e where e.user_id = me and e.ended_at > now() - bound.per
      ) then
        perform notify_private.refuse_limit(bound);
      end if;
    end if;
  end if;
  return notify_private.log_out(me, ended);
end
$$;
comment on function notify.end_session(text) is
  'Log-out: ends one of the caller''s sessions, the current one unless named, also where a pack keeps sessions. Its devices are '
  'removed, so that nothing more is pushed to them, and its tokens are refused from now on, this one too. Returns how many devices.';
grant execute on function notify.end_session(text) to rowbell_user, rowbell_operator;
