create or replace function notify_private.metrics_scope(user_id uuid) returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  -- The role that was set stands while definers run; whoever is not an operator for certain has their own.
  if pg_catalog.current_setting('role') = 'rowbell_operator' then
    return metrics_scope.user_id;
  end if;
  if metrics_scope.user_id <> notify_private.require_user() then
    raise exception 'user_id: you see your own' using errcode = 'RBFBD', column = 'user_id';
  end if;
  return notify_private.require_user();
end
$$;
comment on function notify_private.metrics_scope(uuid) is
  'Whose metrics the caller gets: their own, or for operators those of user_id; null: everybody''s.';
