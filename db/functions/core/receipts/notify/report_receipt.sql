create or replace function notify.report_receipt(delivery_id uuid, kind text, action_key text default null) returns boolean
language plpgsql volatile
-- Definer: receipts are written by the engine alone; this lets the caller speak about deliveries to them.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
begin
  if coalesce(report_receipt.kind, '') not in ('delivered', 'opened', 'clicked') then
    raise exception 'kind: must be delivered, opened or clicked' using errcode = 'RBINV', column = 'kind';
  end if;
  if not exists (select from notify.deliveries as d where d.id = report_receipt.delivery_id and d.recipient_id = me) then
    raise exception 'delivery_id: you have no such delivery' using errcode = 'RBNFD', column = 'delivery_id';
  end if;
  if report_receipt.action_key is not null and report_receipt.kind <> 'clicked' then
    raise exception 'action_key: only a click is one of an action' using errcode = 'RBINV', column = 'action_key';
  elsif report_receipt.action_key is not null and not exists (
    select from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
    cross join lateral pg_catalog.jsonb_array_elements(n.rich_content -> 'actions') as a
    where d.id = report_receipt.delivery_id and a.value ->> 'key' = report_receipt.action_key
  ) then
    raise exception 'action_key: the notification has no such action' using errcode = 'RBNFD', column = 'action_key';
  end if;
  return notify_private.record_receipt(report_receipt.delivery_id, report_receipt.kind, 'client', action_key => report_receipt.action_key);
end
$$;
comment on function notify.report_receipt(uuid, text, text) is $$
@values kind ReportedReceiptKind: delivered opened clicked
The client's word that a delivery to the caller was delivered, opened or clicked. In any order and as often as it likes:
true the first time, false afterwards. action_key is the key of the button that was clicked.
$$;
grant execute on function notify.report_receipt(uuid, text, text) to rowbell_user;
