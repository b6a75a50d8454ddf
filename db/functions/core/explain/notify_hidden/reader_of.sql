create or replace function notify_hidden.reader_of(event_id uuid, recipient_id uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  type_key text;
begin
  -- Statements of their own: a role that reads no events may not even name them in one.
  if has_table_privilege('notify.events', 'select') then
    type_key := (select e.type_key from notify.events as e where e.id = reader_of.event_id);
  else
    type_key := notify_hidden.own_type(reader_of.event_id);
  end if;
  return notify_hidden.reader(reader_of.recipient_id, type_key);
end
$$;
comment on function notify_hidden.reader_of(uuid, uuid) is
  'reader() of what somebody was to be told: explain() and trace(). Reads as the caller.';
grant execute on function notify_hidden.reader_of(uuid, uuid) to rowbell_user, rowbell_operator;
