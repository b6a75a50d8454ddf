-- Plain SQL without settings, so that it is inlined: what is asked for then chooses the index. Its reader says the order, which the
-- index of one's own notifications has.
create or replace function notify.analytics_deliveries(
  types text[] default null, channels text[] default null, statuses text[] default null,
  since timestamptz default null, until timestamptz default null, user_id uuid default null
) returns setof notify.delivery_timelines
language sql stable
as $$
  select f.* from notify.delivery_timelines as f
  where (analytics_deliveries.user_id is null or f.recipient_id = analytics_deliveries.user_id)
    and (types is null or f.type_key = any (types))
    and (channels is null or f.channel = any (channels))
    and (statuses is null or f.status = any (statuses))
    and (since is null or f.delivery_id >= notify_hidden.uuidv7_floor(since))
    -- A delivery is never before its notification.
    and (until is null or (f.delivery_id < notify_hidden.uuidv7_floor(until) and f.notification_id < notify_hidden.uuidv7_floor(until)))
$$;
comment on function notify.analytics_deliveries(text[], text[], text[], timestamptz, timestamptz, uuid) is $$
@order notification_id desc, delivery_id desc
@values statuses DeliveryStatus
What became of each of the caller's deliveries and when, those of the newest notification first; operators see
everybody's, or user_id's. What is not given filters nothing; since is included, until is not.
$$;
grant execute on function notify.analytics_deliveries(text[], text[], text[], timestamptz, timestamptz, uuid)
  to rowbell_user, rowbell_operator;
