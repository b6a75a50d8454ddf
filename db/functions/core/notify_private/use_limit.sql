create or replace function notify_private.use_limit(limit_key text, user_id uuid, uses bigint default 1) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  bound notify.limits;
  window_start timestamptz;
begin
  select * into strict bound from notify.limits as l where l.key = limit_key;
  window_start := date_bin(bound.per, clock_timestamp(), '2000-01-01 00:00:00+00'::timestamptz);
  if uses <= 0 then
    return;
  end if;
  if uses <= bound.at_most then
    -- The row's lock makes it exact: two at once take turns.
    insert into notify_private.limit_uses as u (user_id, limit_key, window_start, used)
    values (user_id, limit_key, window_start, uses)
    on conflict on constraint limit_uses_pkey do update set used = u.used + excluded.used
      where u.used + excluded.used <= bound.at_most;
    if found then
      return;
    end if;
  end if;
  perform notify_private.refuse_limit(bound, window_start + bound.per);
end
$$;
comment on function notify_private.use_limit(text, uuid, bigint) is
  'Counts uses of a limit by a person in the window of now; raises RBLIM, and counts nothing, where that would be more than it allows.';
