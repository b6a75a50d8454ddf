create or replace function notify_private.record_mail_report(
  delivery_id uuid, kind text, code text default null, reason text default null, address_is_dead boolean default false,
  occurred_at timestamptz default null
) returns boolean
language sql volatile
-- Definer: the callback route may touch no table. Its grant is the check of the caller, who has checked who reports.
security definer set search_path = pg_catalog, pg_temp
as $$
  select case
    when record_mail_report.kind in ('opened', 'clicked')
    then notify_private.record_engagement(record_mail_report.delivery_id, record_mail_report.kind, record_mail_report.occurred_at)
    when record_mail_report.kind in ('unsubscribed', 'unsubscribed_all', 'resubscribed')
    then notify_private.record_leaving(record_mail_report.delivery_id, record_mail_report.kind, record_mail_report.occurred_at)
    else notify_private.record_receipt(
      record_mail_report.delivery_id, record_mail_report.kind, 'provider', record_mail_report.code, record_mail_report.reason,
      record_mail_report.address_is_dead, record_mail_report.occurred_at)
  end
$$;
comment on function notify_private.record_mail_report(uuid, text, text, text, boolean, timestamptz) is
  'Takes what a mail server or a mail service says of a mail. Opens and clicks are noted where their person agrees to that, who '
  'leaves is not written to again, and the rest is as record_receipt() has it. True: it was new; false: known already, or not to be '
  'noted; null: no such mail.';
grant execute on function notify_private.record_mail_report(uuid, text, text, text, boolean, timestamptz) to rowbell_http;
