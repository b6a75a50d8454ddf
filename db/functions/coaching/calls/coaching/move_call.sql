create or replace function coaching.move_call(call_id uuid, scheduled_at timestamptz) returns coaching.calls
language plpgsql volatile
-- Definer: people have no grant to write here; require_call() says whose call it is.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  call coaching.calls := coaching_private.require_call(move_call.call_id);
begin
  if call.status <> 'pending' then
    raise exception 'call_id: the call is % and cannot be moved', call.status using errcode = 'RBCFL', column = 'call_id';
  end if;
  perform coaching_private.check_call_time(move_call.scheduled_at);
  update coaching.calls as c set scheduled_at = move_call.scheduled_at where c.id = call.id returning * into call;
  return call;
end
$$;
comment on function coaching.move_call(uuid, timestamptz) is
  'Moves a pending call of the caller; its preview moves with it (CP-3). Raises RBCFL where it is no longer pending.';
grant execute on function coaching.move_call(uuid, timestamptz) to rowbell_user;
