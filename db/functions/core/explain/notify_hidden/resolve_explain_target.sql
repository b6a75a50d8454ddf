create or replace function notify_hidden.resolve_explain_target(event_id uuid, notification_id uuid, recipient_id uuid)
returns table (of_event_id uuid, of_recipient_id uuid)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  if num_nonnulls(resolve_explain_target.event_id, resolve_explain_target.notification_id) <> 1 then
    raise exception 'event_id, notification_id: one of them must be given' using errcode = 'RBINV';
  end if;
  if resolve_explain_target.notification_id is not null then
    return query
    select n.event_id, n.recipient_id from notify.notifications as n where n.id = resolve_explain_target.notification_id;
    return;
  end if;
  if coalesce(resolve_explain_target.recipient_id, (select notify_hidden.current_user_id())) is null then
    raise exception 'recipient_id: is missing' using errcode = 'RBINV', column = 'recipient_id';
  end if;
  return query
  select resolve_explain_target.event_id, coalesce(resolve_explain_target.recipient_id, (select notify_hidden.current_user_id()));
end
$$;
comment on function notify_hidden.resolve_explain_target(uuid, uuid, uuid) is
  'Whom and what explain() and trace() are asked about: an event and a recipient (the caller unless '
  'named), or both by their notification. Reads as the caller, so another''s notification is none.';
grant execute on function notify_hidden.resolve_explain_target(uuid, uuid, uuid) to rowbell_user, rowbell_operator;
