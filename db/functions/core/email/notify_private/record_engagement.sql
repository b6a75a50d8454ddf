create or replace function notify_private.record_engagement(delivery_id uuid, kind text, occurred_at timestamptz default null)
returns boolean
language plpgsql volatile
-- Definer: called by the routes of signed links, which may touch no table. The link's signature, checked there, and its
-- grant are the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  recipient uuid;
begin
  select d.recipient_id into recipient
  from notify.deliveries as d where d.id = record_engagement.delivery_id and d.channel = 'email';
  -- Asked now and not when the mail was made: a withdrawal holds for what was sent before, too.
  if not found or not notify_private.tracks_email(recipient) then
    return false;
  end if;
  return notify_private.record_receipt(
    record_engagement.delivery_id, record_engagement.kind, 'client', occurred_at => record_engagement.occurred_at);
end
$$;
comment on function notify_private.record_engagement(uuid, text, timestamptz) is
  'Notes that an email was opened or a link in it clicked, where its person agrees to that. True: it was new.';
grant execute on function notify_private.record_engagement(uuid, text, timestamptz) to rowbell_http;
