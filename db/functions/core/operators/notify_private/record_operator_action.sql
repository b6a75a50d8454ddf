create or replace function notify_private.record_operator_action(kind text, target text, note text, details jsonb default '{}')
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(length(btrim(record_operator_action.note)), 0) not between 10 and 500 or length(record_operator_action.note) > 500 then
    raise exception 'note: say in 10 to 500 characters why' using errcode = 'RBINV', column = 'note';
  end if;
  perform notify_hidden.note_operator_action(
    record_operator_action.kind, record_operator_action.target, record_operator_action.note, record_operator_action.details);
end
$$;
comment on function notify_private.record_operator_action(text, text, text, jsonb) is
  'As note_operator_action(), of what nobody does without a reason: raises RBINV where the note does not give it.';
