create or replace function coaching_private.require_call(call_id uuid) returns coaching.calls
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_user();
  call coaching.calls;
begin
  -- Locked, because what is checked of it must still hold when it is changed.
  select * into call from coaching.calls as c where c.id = require_call.call_id and c.user_id = me for no key update;
  if not found then
    raise exception 'call_id: you have no such call' using errcode = 'RBNFD', column = 'call_id';
  end if;
  return call;
end
$$;
comment on function coaching_private.require_call(uuid) is
  'A call of the current user, locked until the transaction ends; raises RBNFD alike whether it is missing or another''s.';
