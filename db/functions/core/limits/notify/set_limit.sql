create or replace function notify.set_limit(limit_key text, at_most integer, note text default null) returns notify.limits
language plpgsql volatile
-- Definer: there is no update grant, so that nothing but the number can change. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  bound notify.limits;
begin
  if at_most is null or at_most < 0 then
    raise exception 'at_most: must be a number of at least 0' using errcode = 'RBINV', column = 'at_most';
  end if;
  update notify.limits as l set at_most = at_most where l.key = limit_key returning * into bound;
  if not found then
    raise exception 'limit_key: there is no such limit' using errcode = 'RBNFD', column = 'limit_key';
  end if;
  perform notify_hidden.note_operator_action('set_limit', limit_key, note, pg_catalog.jsonb_build_object('atMost', at_most));
  return bound;
end
$$;
comment on function notify.set_limit(text, integer, text) is 'For operators: how much one person may do or have of something, from now on.';
grant execute on function notify.set_limit(text, integer, text) to rowbell_operator;
