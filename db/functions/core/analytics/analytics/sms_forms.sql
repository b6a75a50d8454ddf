create or replace view analytics.sms_forms with (security_barrier = true) as
  select
    (d.created_at at time zone 'UTC')::date as day, n.type_key, d.sms_form as form, d.sms_encoding as encoding, d.sms_segments as segments,
    count(*) as messages
  from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
  where d.sms_segments is not null and (d.sent_at is not null or d.status = 'unknown')
  group by 1, 2, 3, 4, 5;
comment on view analytics.sms_forms is $$
@values encoding DeliverySmsEncoding
@nullable form encoding
How often each form of an SMS's copy went out, by day (UTC) and type, with its encoding and segments; form is null where
the type has no copy for SMS alone.
$$;
comment on column analytics.sms_forms.day is 'The day (UTC) in which the SMS were made.';
comment on column analytics.sms_forms.type_key is 'Notification type, a row of analytics.notification_types.';
comment on column analytics.sms_forms.form is 'Which form of the copy for SMS went out; null: the notification as on every channel.';
comment on column analytics.sms_forms.encoding is 'gsm7, or ucs2, which takes more segments.';
comment on column analytics.sms_forms.segments is 'Segments of each SMS.';
comment on column analytics.sms_forms.messages is 'SMS that a provider took, or may have taken.';
grant select on analytics.sms_forms to rowbell_analyst, rowbell_operator;
