create or replace function notify_private.breakdown_columns(counted notify_private.hourly_breakdowns) returns table (
  deliveries bigint, sent bigint, delivered bigint, failed bigint, hard_bounced bigint, soft_bounced bigint, complained bigint,
  tracked bigint, read bigint, clicked bigint, leavable bigint, unsubscribed bigint,
  delivery_rate double precision, bounce_rate double precision, complaint_rate double precision, read_rate double precision,
  click_rate double precision, unsubscribe_rate double precision
)
language sql stable parallel safe
-- Without settings and parsed here and now, as metrics_from_counts() is.
begin atomic
  select
    counted.deliveries, counted.sent, counted.delivered, counted.failed, counted.hard_bounced, counted.soft_bounced, counted.complained,
    counted.tracked, counted.read, counted.clicked, counted.leavable, counted.unsubscribed,
    notify_private.ratio(counted.delivered, counted.sent),
    notify_private.ratio(counted.hard_bounced + counted.soft_bounced, counted.leavable + counted.hard_bounced + counted.soft_bounced),
    notify_private.ratio(counted.complained, counted.leavable),
    notify_private.ratio(counted.read, counted.tracked),
    notify_private.ratio(counted.clicked, counted.tracked),
    notify_private.ratio(counted.unsubscribed, counted.leavable);
end;
comment on function notify_private.breakdown_columns(notify_private.hourly_breakdowns) is
  'The counts of a breakdown and their rates, as the columns of a view.';
grant execute on function notify_private.breakdown_columns(notify_private.hourly_breakdowns) to rowbell_analyst, rowbell_operator;
