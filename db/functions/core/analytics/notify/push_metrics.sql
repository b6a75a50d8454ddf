create or replace function notify.push_metrics(since date default null, until date default null, pack text default null)
  returns setof notify.push_metric
language plpgsql stable
-- Definer: it bounds the ids by their time with a helper of the engine's. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  first_day constant date := coalesce(since, (pg_catalog.now() at time zone 'UTC')::date - 6);
  last_day constant date := coalesce(until, (pg_catalog.now() at time zone 'UTC')::date);
  first_id constant uuid := notify_private.uuidv7_floor(first_day::timestamp at time zone 'UTC');
  end_id constant uuid := notify_private.uuidv7_floor((last_day + 1)::timestamp at time zone 'UTC');
begin
  perform notify_private.check_days(first_day, last_day);
  return query
  with push as (
    select
      n.type_key, (min(d.sent_at) at time zone 'UTC')::date as day,
      -- The client's receipt, or what the person did with it in the app.
      coalesce(bool_or(exists (
        select from notify.receipts as r
        where r.delivery_id = d.id and r.source = 'client' and r.kind in ('opened', 'clicked')
          and r.occurred_at < d.sent_at + interval '24 hours'
      ) or least(n.seen_at, n.read_at, n.clicked_at) < d.sent_at + interval '24 hours'), false) as opened
    from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
    where d.id >= first_id and d.id < end_id and d.channel = 'push' and d.sent_at is not null
    group by n.id, n.type_key
  )
  select
    p.day,
    t.pack,
    p.type_key,
    count(*) as sent,
    count(*) filter (where p.opened) as opened,
    round(avg(p.opened::integer), 4) as opened_share
  from push as p join notify.notification_types as t on t.key = p.type_key
  where push_metrics.pack is null or t.pack = push_metrics.pack
  group by 1, 2, 3 order by 1 desc, 2, 3;
end
$$;
comment on function notify.push_metrics(date, date, text) is
  'For operators: pushes sent by day and type, all or of one pack, and the share followed '
  'by opening the app within 24 hours. The last seven days (UTC) unless told, at most 93.';
grant execute on function notify.push_metrics(date, date, text) to rowbell_operator, rowbell_analyst;
