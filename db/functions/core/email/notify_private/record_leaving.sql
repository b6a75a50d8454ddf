create or replace function notify_private.record_leaving(delivery_id uuid, kind text, occurred_at timestamptz) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  person uuid;
  mail_type text;
  at timestamptz;
begin
  -- Of an unknown instant it is as old as the mail: whatever was said since stands.
  select
    d.recipient_id,
    n.type_key,
    case when record_leaving.occurred_at > d.created_at then least(record_leaving.occurred_at, pg_catalog.clock_timestamp())
      else d.created_at end
  into person, mail_type, at
  from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
  where d.id = record_leaving.delivery_id and d.channel = 'email';
  if not found then
    return null;
  end if;
  -- Reports of one person take turns, and before whoever changes their choices.
  perform from notify.users as u where u.id = person for no key update;
  -- Services repeat themselves, and what happened first may be told last.
  if exists (
    select from notify.receipts as r
    where r.delivery_id = record_leaving.delivery_id and r.kind in ('unsubscribed', 'resubscribed') and r.occurred_at >= at
  ) then
    return false;
  end if;
  if record_leaving.kind = 'resubscribed' then
    perform notify_private.record_receipt(record_leaving.delivery_id, 'resubscribed', 'client', occurred_at => at);
    -- Their word takes back their word, and nothing else: what was switched off in the app stays off.
    update notify.preferences as p set enabled = true, source = 'service', updated_at = pg_catalog.clock_timestamp()
    where p.user_id = person and p.type_key = mail_type and p.channel = 'email' and p.source = 'unsubscribe' and p.enabled is false;
  else
    -- Who has switched mails on since has said something newer; that they took it back over there is known by its own instant.
    if exists (
      select from notify.preference_changes as c
      where c.user_id = person and c.changed_at > at and c.channel = 'email' and c.source <> 'service'
        and (record_leaving.kind = 'unsubscribed_all' or c.scope = 'category' or c.key = mail_type)
        and (c.new ->> 'enabled')::boolean is not false and c.new ->> 'frequency' is distinct from 'never'
    ) then
      return false;
    end if;
    if not notify_private.unsubscribe(
      person, case record_leaving.kind when 'unsubscribed' then mail_type end, record_leaving.delivery_id, at) then
      return false;
    end if;
  end if;
  -- Where they had said so before, the last time counts from now on.
  update notify.receipts as r set occurred_at = at
  where r.delivery_id = record_leaving.delivery_id and r.source = 'client' and r.occurred_at < at
    and r.kind = case record_leaving.kind when 'resubscribed' then 'resubscribed' else 'unsubscribed' end;
  return true;
end
$$;
comment on function notify_private.record_leaving(uuid, text, timestamptz) is
  'A reader told the mail service that they want no more mails like this one (unsubscribed), no more mails (unsubscribed_all), or '
  'took the former back (resubscribed). Of what is said about a mail, what happened last counts, in whatever order and '
  'however often it is told. True: it was new; null: no such mail.';
