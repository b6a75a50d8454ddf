create or replace function notify_hidden.note_operator_action(kind text, target text, note text, details jsonb default '{}') returns void
language plpgsql volatile
-- Definer: nobody has a grant to write the record. Whoever is no operator is not in it: services may call some of the same functions.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('role') is distinct from 'rowbell_operator' then
    return;
  end if;
  if length(note_operator_action.note) not between 1 and 500 then
    raise exception 'note: must have 1 to 500 characters' using errcode = 'RBINV', column = 'note';
  end if;
  insert into notify.operator_actions (kind, target, note, details)
  values (note_operator_action.kind, note_operator_action.target, note_operator_action.note, note_operator_action.details);
end
$$;
comment on function notify_hidden.note_operator_action(text, text, text, jsonb) is
  'Writes down what an operator does, in the same transaction, and why where they said so: each function that changes something for '
  'operators calls it. Does nothing for a service.';
grant execute on function notify_hidden.note_operator_action(text, text, text, jsonb) to rowbell_operator;
