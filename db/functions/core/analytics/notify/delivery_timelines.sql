-- The one place where the metrics of a delivery are defined (docs/analytics.md): the rollups and everybody's own metrics
-- count these columns.
create or replace view notify.delivery_timelines with (security_invoker = true) as
  select
    d.id as delivery_id,
    d.notification_id,
    -- The notification's, which has the index: one's own deliveries are found by one's notifications.
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
    -- What is reported faster than a worker writes down that it was sent took no time; greatest() alone would make 0 of null.
    case when e.read_at is not null then greatest(e.read_at - d.sent_at, interval '0') end as time_to_read,
    case when e.clicked_at is not null then greatest(e.clicked_at - d.sent_at, interval '0') end as time_to_click,
    greatest(d.attempt - 1, 0) as retries,
    case when d.attempt > 1 and d.status not in ('queued', 'sending') then d.sent_at is not null end as is_recovered,
    t.is_tracked,
    d.channel = 'email' and d.sent_at is not null and d.status <> 'failed' as is_leavable,
    n.type_key in ('test_push', 'test_email') as is_test
  from notify.deliveries as d
  join notify.notifications as n on n.id = d.notification_id
  -- By key, whatever the planner thinks, and once for all kinds: three joins took half as long again, and where it hashed them
  -- it read every receipt there is.
  cross join lateral (
    select
      min(x.occurred_at) filter (where x.kind = 'opened') as opened_at,
      min(x.occurred_at) filter (where x.kind = 'clicked') as clicked_at,
      min(x.occurred_at) filter (where x.kind = 'unsubscribed') as unsubscribed_at
    from notify.receipts as x where x.delivery_id = d.id and x.source = 'client'
  ) as r
  -- "offset 0": asked once a row, and not once for each column that says it.
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
@behavior -query:resource:connection
@primaryKey delivery_id
@foreignKey (delivery_id) references notify.deliveries (id)|@fieldName delivery|@foreignFieldName timeline
@foreignKey (notification_id) references notify.notifications (id)|@fieldName notification|@foreignFieldName timelines
What became of each delivery and when, a row a delivery: what docs/analytics.md defines
and every metric counts. Reads as the caller: people see their own, operators all.
$$;
comment on column notify.delivery_timelines.sent_at is 'Its provider took it.';
comment on column notify.delivery_timelines.delivered_at is
  'It reached the person''s device or inbox: the provider or the app reports it, or somebody opened it. Not every provider reports this.';
comment on column notify.delivery_timelines.read_at is
  'First opened or clicked, as its app or its signed links report; in-app: or marked as read. '
  'Reading the notification elsewhere is no reading of this delivery. Only where is_tracked.';
comment on column notify.delivery_timelines.clicked_at is 'First clicked, as its app or its signed links report. Only where is_tracked.';
comment on column notify.delivery_timelines.unsubscribed_at is 'When the unsubscribe link of this very mail was used.';
comment on column notify.delivery_timelines.failed_at is 'When it was refused for good, came back, or used up its tries.';
comment on column notify.delivery_timelines.time_to_deliver is
  'From created_at to delivered_at: queue, retries and provider. Null where nothing but its opening says that it arrived.';
comment on column notify.delivery_timelines.time_to_read is 'From sent_at to read_at.';
comment on column notify.delivery_timelines.time_to_click is 'From sent_at to clicked_at.';
comment on column notify.delivery_timelines.retries is 'Tries after the first.';
comment on column notify.delivery_timelines.is_recovered is
  'Tried again, and whether a provider took it in the end; null: not tried again, or not over yet.';
comment on column notify.delivery_timelines.is_tracked is
  'Went out, did not fail, and reading it can be known: push and in-app, by the app; an email whose '
  'person had agreed to that when it was sent. Nobody sees a text, call or webhook being read.';
comment on column notify.delivery_timelines.is_leavable is 'An email that went out and did not fail: what unsubscribed_at is a share of.';
comment on column notify.delivery_timelines.is_test is 'Sent to try a device or mailbox; in no metric.';
grant select on notify.delivery_timelines to rowbell_user, rowbell_operator;
