create or replace function notify_private.comment_columns(view regclass) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  told record;
begin
  for told in
    with words (name, meaning) as (
      values
        ('day', 'The day (UTC) in which the deliveries were made, however much later something happened to them.'),
        ('starts_at', 'The hour (UTC) in which the deliveries were made, however much later something happened to them.'),
        ('type_key', 'Notification type, a row of analytics.notification_types.'),
        ('channel', 'push, email, sms, voice, in_app or webhook.'),
        ('held_back', 'Candidates that a rule suppressed, in the hour of their event; no delivery was made of them.'),
        ('deliveries', 'Deliveries that were made. A notification to several devices has several.'),
        ('waiting', 'Deliveries that are queued or being sent at the moment.'),
        ('sent', 'Deliveries that a provider took, including those that bounced later.'),
        ('delivered', 'Deliveries that reached a device or inbox, where anybody reports that; a plain mail relay, APNs and FCM do not.'),
        ('failed', 'Deliveries that were refused for good, bounced, or had used up their tries.'),
        ('expired', 'Deliveries that became too old before they could be sent.'),
        ('canceled', 'Deliveries that ended because their event, device or consent did.'),
        ('suppressed', 'Deliveries that were made and then not tried, e.g. because the address is on the suppression list.'),
        ('unknown', 'SMS and calls of which nobody knows whether they went out.'),
        ('tracked', 'Deliveries of which it can be known whether they were read: pushes, in-app, and mails to people who agreed.'),
        ('read', 'Deliveries that were opened or clicked, of those tracked.'),
        ('clicked', 'Deliveries that were clicked, of those tracked.'),
        ('leavable', 'Mails that went out and did not fail: their readers could leave by a link.'),
        ('unsubscribed', 'Mails whose own link was used to unsubscribe.'),
        ('hard_bounced', 'Mails refused or sent back by a mailbox that will never take mail; it is suppressed from then on.'),
        ('soft_bounced', 'Mails refused or sent back for another reason: a full mailbox, a refused text.'),
        ('complained', 'Mails that their readers reported as abuse.'),
        ('retried', 'Deliveries that were tried more than once.'),
        ('retries', 'Tries after the first, of all deliveries together.'),
        ('recovered', 'Deliveries that were tried again and then taken by a provider.'),
        ('given_up', 'Deliveries that were tried again, are over, and were taken by no provider.'),
        ('pushes', 'Pushes that were sent.'),
        ('app_opens', 'Pushes whose person came to the app within 24 hours.'),
        ('delivery_rate', 'delivered of sent. Null where nothing was sent.'),
        ('failure_rate', 'failed of all that were sent or failed. Null where there are none.'),
        ('read_rate', 'read of tracked. Null where nothing is tracked.'),
        ('click_rate', 'clicked of tracked. Null where nothing is tracked.'),
        ('unsubscribe_rate', 'unsubscribed of leavable. Null where nothing is leavable.'),
        ('bounce_rate', 'hard_bounced and soft_bounced of these and leavable together. Null where there are none.'),
        ('complaint_rate', 'complained of leavable. Null where nothing is leavable.'),
        ('retry_success_rate', 'recovered of recovered and given_up. Null where there are none.'),
        ('app_open_rate', 'app_opens of pushes. Null where there are none.')
      union all
      select t.prefix || '_' || f.suffix, pg_catalog.format(f.meaning, t.meaning)
      from (values
        ('deliver', 'from making a delivery to its arrival'), ('read', 'from sending to reading'), ('click', 'from sending to clicking')
      ) as t (prefix, meaning)
      cross join (values
        ('known', 'Deliveries of which it is known how long it took %s.'),
        ('average_seconds', 'How many seconds it took %s on the average; exact.'),
        ('p50_seconds', 'Within how many seconds half of them got %s; at most 4.5 %% off.'),
        ('p90_seconds', 'Within how many seconds 90 %% of them got %s; at most 4.5 %% off.'),
        ('p95_seconds', 'Within how many seconds 95 %% of them got %s; at most 4.5 %% off.'),
        ('p99_seconds', 'Within how many seconds 99 %% of them got %s; at most 4.5 %% off.')
      ) as f (suffix, meaning)
    )
    select a.attname, w.meaning
    from pg_catalog.pg_attribute as a join words as w on w.name = a.attname
    where a.attrelid = view and a.attnum > 0
  loop
    execute pg_catalog.format('comment on column %s.%I is %L', view, told.attname, told.meaning);
  end loop;
end
$$;
comment on function notify_private.comment_columns(regclass) is
  'Says of each column of a view of analytics what it counts: the same words wherever it has the same name. A view calls it after it '
  'was made, and then says what is its own.';
