create or replace function notify_private.take_limit(limit_key text, user_id uuid, uses bigint default 1) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  bound notify.limits;
  at constant timestamptz := clock_timestamp();
begin
  select * into strict bound from notify.limits as l where l.key = limit_key;
  if uses <= 0 then
    return true;
  end if;
  -- The row's lock makes it exact: two at once take turns. For an id that is nobody's there is no room.
  insert into notify_private.limit_uses as u (user_id, limit_key, window_start, used)
  select x.id, limit_key, at, uses from notify.users as x where x.id = user_id and uses <= bound.at_most
  on conflict on constraint limit_uses_pkey do update set
    window_start = case when u.window_start <= at - bound.per then at else u.window_start end,
    used = case when u.window_start <= at - bound.per then uses else u.used + uses end
    where u.window_start <= at - bound.per or u.used + uses <= bound.at_most;
  return found;
end
$$;
comment on function notify_private.take_limit(text, uuid, bigint) is
  'Counts uses of a limit by a person in the window that they are in and returns '
  'true; returns false, and counts nothing, where that would be more than it allows.';
