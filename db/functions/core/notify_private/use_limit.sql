create or replace function notify_private.use_limit(limit_key text, user_id uuid, uses bigint default 1) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  bound notify.limits;
  at constant timestamptz := clock_timestamp();
begin
  select * into strict bound from notify.limits as l where l.key = limit_key;
  if uses <= 0 then
    return;
  end if;
  if uses <= bound.at_most then
    -- The row's lock makes it exact: two at once take turns.
    insert into notify_private.limit_uses as u (user_id, limit_key, window_start, used)
    values (user_id, limit_key, at, uses)
    on conflict on constraint limit_uses_pkey do update set
      window_start = case when u.window_start <= at - bound.per then at else u.window_start end,
      used = case when u.window_start <= at - bound.per then uses else u.used + uses end
      where u.window_start <= at - bound.per or u.used + uses <= bound.at_most;
    if found then
      return;
    end if;
  end if;
  perform notify_private.refuse_limit(bound, (
    select u.window_start + bound.per from notify_private.limit_uses as u
    -- What is more than fits into any window finds no room later either.
    where u.user_id = user_id and u.limit_key = limit_key and uses <= bound.at_most
  ));
end
$$;
comment on function notify_private.use_limit(text, uuid, bigint) is
  'Counts uses of a limit by a person in the window that they are in; raises RBLIM, and counts nothing, where that would be more than it allows.';
