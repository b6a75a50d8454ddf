create or replace function notify_private.use_limit(limit_key text, user_id uuid, uses bigint default 1) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  bound notify.limits;
begin
  if notify_private.take_limit(limit_key, user_id, uses) then
    return;
  end if;
  select * into strict bound from notify.limits as l where l.key = limit_key;
  perform notify_private.refuse_limit(bound, (
    select u.window_start + bound.per from notify_private.limit_uses as u
    -- What is more than fits into any window finds no room later either.
    where u.user_id = user_id and u.limit_key = limit_key and uses <= bound.at_most
  ));
end
$$;
comment on function notify_private.use_limit(text, uuid, bigint) is
  'Counts uses of a limit by a person in the window that they are in; raises '
  'RBLIM, and counts nothing, where that would be more than it allows.';
