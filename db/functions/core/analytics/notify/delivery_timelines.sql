-- This view alone defines what is known of a delivery (docs/analytics.md). The rollups and each person's own metrics count its
-- columns.
create or replace view notify.delivery_timelines with (security_invoker = true) as
  select
    d.id as delivery_id,
    d.notification_id,
    -- The column of notifications has the index: a person's deliveries are found through their notifications.
    n.recipient_id,
    n.type_key,
    d.channel,
    d.provider,
    d.status,
    d.reason,
    d.created_at,
    d.sent_at,
    d.delivered_at,
    e.read_at,
    e.clicked_at,
    r.unsubscribed_at,
    case when d.status = 'failed' then d.finished_at end as failed_at,
    case when d.channel = 'in_app' or d.delivered_at < coalesce(least(r.opened_at, r.clicked_at, r.unsubscribed_at), 'infinity')
      then d.delivered_at - d.created_at end as time_to_deliver,
    -- A report may come before the worker has written sent_at; it then counts as no time. greatest() alone would turn null into 0.
    case when e.read_at is not null then greatest(e.read_at - d.sent_at, interval '0') end as time_to_read,
    case when e.clicked_at is not null then greatest(e.clicked_at - d.sent_at, interval '0') end as time_to_click,
    greatest(d.attempt - 1, 0) as retries,
    case when d.attempt > 1 and d.status not in ('queued', 'sending') then d.sent_at is not null end as is_recovered,
    t.is_tracked,
    d.channel = 'email' and d.sent_at is not null and d.status <> 'failed' as is_leavable,
    notify_hidden.is_test_type(n.type_key) as is_test,
    case when d.channel = 'push' and d.sent_at is not null then
      coalesce(least(r.opened_at, r.clicked_at, n.seen_at, n.read_at, n.clicked_at) < d.sent_at + interval '24 hours', false)
    end as is_app_opened,
    coalesce(r.bounce_type, case when d.channel = 'email' and d.status = 'failed' then (
      -- A mail server may refuse at once what another takes and sends back later.
      select case a.outcome when 'address' then 'hard' when 'message' then 'soft' end
      from notify.delivery_attempts as a where a.delivery_id = d.id and a.attempt = d.attempt
    ) end) as bounce_type,
    r.complained_at
  from notify.deliveries as d
  join notify.notifications as n on n.id = d.notification_id
  -- A lateral join looks receipts up by their key whatever the planner estimates, and reads all kinds at once. Three joins took half
  -- as long again, and a hash join read every receipt that exists.
  cross join lateral (
    select
      min(x.occurred_at) filter (where x.kind = 'opened' and x.source = 'client') as opened_at,
      min(x.occurred_at) filter (where x.kind = 'clicked' and x.source = 'client') as clicked_at,
      min(x.occurred_at) filter (where x.kind = 'unsubscribed' and x.source = 'client') as unsubscribed_at,
      min(x.bounce_type) as bounce_type,
      min(x.occurred_at) filter (where x.kind = 'complained') as complained_at
    from notify.receipts as x where x.delivery_id = d.id
  ) as r
  -- "offset 0" computes it once for each row. Without it the planner would compute it again for each column that uses it.
  cross join lateral (
    select d.sent_at is not null and d.status <> 'failed' and case d.channel
      when 'push' then true
      when 'in_app' then true
      when 'email' then coalesce((
        select k.granted from notify.tracking_consents as k
        where k.user_id = n.recipient_id and k.recorded_at <= d.sent_at order by k.id desc limit 1
      ), false)
      else false
    end as is_tracked offset 0
  ) as t
  cross join lateral (
    select
      case when t.is_tracked then least(r.opened_at, r.clicked_at, case when d.channel = 'in_app' then n.read_at end) end as read_at,
      case when t.is_tracked then r.clicked_at end as clicked_at
  ) as e;
comment on view notify.delivery_timelines is $$
@values status DeliveryStatus
@values bounce_type ReceiptBounceType
@nullable bounce_type complained_at
@nullable reason sent_at delivered_at read_at clicked_at unsubscribed_at failed_at
@nullable time_to_deliver time_to_read time_to_click is_recovered is_app_opened
@behavior -query:resource:connection -query:resource:list
@primaryKey delivery_id
@foreignKey (delivery_id) references notify.deliveries (id)|@fieldName delivery|@foreignFieldName timeline
@foreignKey (notification_id) references notify.notifications (id)|@fieldName notification|@foreignFieldName timelines
What became of each delivery, and when; one row for each delivery. Every metric counts these
columns, which docs/analytics.md defines. People see their own deliveries, operators see all.
$$;
comment on column notify.delivery_timelines.sent_at is 'When its provider took it.';
comment on column notify.delivery_timelines.delivered_at is
  'When it reached the person''s device or inbox, as the provider or the app reported or an opening shows. '
  'Not every provider reports this.';
comment on column notify.delivery_timelines.read_at is
  'When it was first opened or clicked, as its app or its signed links reported; an in-app delivery also counts as read when it was '
  'marked as read. Reading the notification over another channel does not count. Set only where is_tracked.';
comment on column notify.delivery_timelines.clicked_at is
  'When it was first clicked, as its app or its signed links reported. Set only where is_tracked.';
comment on column notify.delivery_timelines.unsubscribed_at is 'When the unsubscribe link of this very mail was used.';
comment on column notify.delivery_timelines.failed_at is 'When it was refused for good, came back, or used up its tries.';
comment on column notify.delivery_timelines.time_to_deliver is
  'From created_at to delivered_at: queue, retries and provider. Null where only its opening shows that it arrived.';
comment on column notify.delivery_timelines.time_to_read is 'From sent_at to read_at.';
comment on column notify.delivery_timelines.time_to_click is 'From sent_at to clicked_at.';
comment on column notify.delivery_timelines.retries is 'Tries after the first.';
comment on column notify.delivery_timelines.is_recovered is
  'Whether a provider took it after it was tried again. Null: it was not tried again, or it is not over yet.';
comment on column notify.delivery_timelines.is_tracked is
  'It went out, did not fail, and it can be known whether it is read: for push and in-app the app reports it; '
  'for email the person must have agreed to tracking when it was sent. Nobody learns whether a text, call or webhook was read.';
comment on column notify.delivery_timelines.is_leavable is
  'It is an email that went out and did not fail; unsubscribe_rate is a share of these.';
comment on column notify.delivery_timelines.is_test is 'It was sent to test a device, an endpoint or a mailbox, and counts in no metric.';
comment on column notify.delivery_timelines.is_app_opened is
  'Whether its person came to the app within 24 hours after this push was sent: they opened or clicked it, or saw, read or '
  'clicked the notification in the app. Null: it is no push, or was not sent.';
comment on column notify.delivery_timelines.bounce_type is
  'hard: its mailbox will never take mail; soft: this mail was refused. It came back, or was not taken at all. Null: it did not bounce.';
comment on column notify.delivery_timelines.complained_at is 'When its reader reported it as abuse, as the mailbox''s provider says.';
grant select on notify.delivery_timelines to rowbell_user, rowbell_operator;
