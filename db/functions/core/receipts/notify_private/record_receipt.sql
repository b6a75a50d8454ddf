create or replace function notify_private.record_receipt(
  delivery_id uuid, kind text, source text,
  code text default null, reason text default null, address_is_dead boolean default false, occurred_at timestamptz default null,
  action_key text default null, duration_seconds integer default null
) returns boolean
language plpgsql volatile
-- Definer: reports come from people and from the callback route, neither of whom may touch the tables. The grant to
-- rowbell_http is the check for the one; report_receipt() checks the other.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  delivery notify.deliveries;
  at constant timestamptz := least(coalesce(record_receipt.occurred_at, pg_catalog.clock_timestamp()), pg_catalog.clock_timestamp());
begin
  if not (record_receipt.source = 'provider'
      and record_receipt.kind in ('sent', 'delivered', 'answered', 'completed', 'deferred', 'bounced', 'complained', 'failed')
    or record_receipt.source = 'client' and record_receipt.kind in ('delivered', 'opened', 'clicked', 'unsubscribed', 'resubscribed')) then
    raise exception 'kind: a % reports no such thing', record_receipt.source using errcode = 'RBINV', column = 'kind';
  end if;
  -- The lock makes reports of one delivery take turns with one another and with the worker's write-back.
  select * into delivery from notify.deliveries as d where d.id = record_receipt.delivery_id for no key update;
  if not found then
    return null;
  end if;
  insert into notify.receipts (delivery_id, kind, source, code, reason, bounce_type, occurred_at, action_key, duration_seconds)
  values (
    delivery.id, record_receipt.kind, record_receipt.source, left(record_receipt.code, 100), left(record_receipt.reason, 100),
    case when record_receipt.kind = 'bounced' then case when record_receipt.address_is_dead then 'hard' else 'soft' end end,
    greatest(at, delivery.created_at), record_receipt.action_key,
    case when record_receipt.kind = 'completed' then record_receipt.duration_seconds end)
  on conflict do nothing;
  if not found and not (
    record_receipt.source = 'provider' and record_receipt.kind in ('answered', 'completed') and notify_private.correct_call_receipt(
      delivery.id, record_receipt.kind, left(record_receipt.code, 100), greatest(at, delivery.created_at), record_receipt.duration_seconds)
  ) then
    return false;
  end if;
  perform notify_private.apply_receipts(array[delivery.id]);
  if record_receipt.kind in ('opened', 'clicked') then
    update notify.notifications as n
    set
      seen_at = coalesce(n.seen_at, at),
      clicked_at = coalesce(n.clicked_at, case record_receipt.kind when 'clicked' then at end),
      changed_xid = notify_private.next_version(n.changed_xid)
    where n.id = delivery.notification_id;
  end if;
  -- Where the status did not move, the trigger on deliveries heard nothing.
  if delivery.has_listener then
    perform notify_private.call_listeners(array[delivery.id]);
  end if;
  if delivery.is_awaited then
    perform notify_private.advance_awaited(array[delivery.id], pg_catalog.clock_timestamp());
  end if;
  if (record_receipt.address_is_dead or record_receipt.kind = 'complained') and delivery.channel in ('email', 'sms', 'voice') then
    insert into notify.suppressions (channel, address, reason)
    values (
      delivery.channel, delivery.address,
      case
        when record_receipt.kind = 'complained' then 'complaint'
        when record_receipt.kind = 'bounced' then 'hard_bounce'
        when record_receipt.reason = 'opted_out' then 'opted_out'
        else 'invalid_address'
      end)
    on conflict (channel, address) do update set reason = excluded.reason, expires_at = null
      where suppressions.expires_at is not null;
  end if;
  return true;
end
$$;
comment on function notify_private.record_receipt(uuid, text, text, text, text, boolean, timestamptz, text, integer) is
  'Takes a report about a delivery, once per kind and source, in any order. True: it was new or corrects one; false: '
  'known already; null: no such delivery. code is the provider''s own word, reason ours; address_is_dead '
  'puts the address on the suppression list and makes a bounce a hard one. A complaint suppresses it, too. '
  'action_key is the button that was clicked, duration_seconds how long a completed call lasted.';
grant execute on function notify_private.record_receipt(uuid, text, text, text, text, boolean, timestamptz, text, integer) to rowbell_http;
