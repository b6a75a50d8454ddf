create or replace function notify_private.check_limit(limit_key text, present bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  bound notify.limits;
begin
  select * into strict bound from notify.limits as l where l.key = limit_key;
  if present > bound.at_most then
    perform notify_private.refuse_limit(bound);
  end if;
end
$$;
comment on function notify_private.check_limit(text, bigint) is
  'Raises RBLIM where so many rows, what is being added among them, are more than a limit '
  'allows. The caller holds a lock under which it counted, or two at once both find room.';
