create or replace function coaching.cancel_call(call_id uuid) returns coaching.calls
language plpgsql volatile
-- Definer: people have no grant to write here; require_call() says whose call it is.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  call coaching.calls := coaching_private.require_call(cancel_call.call_id);
begin
  if call.status <> 'canceled' then
    update coaching.calls as c set status = 'canceled' where c.id = call.id returning * into call;
  end if;
  return call;
end
$$;
comment on function coaching.cancel_call(uuid) is
  'Cancels a pending call of the caller and its preview (CP-4); again changes nothing. Raises RBCFL where it has begun.';
grant execute on function coaching.cancel_call(uuid) to rowbell_user;
