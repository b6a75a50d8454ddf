-- A past of deliveries, without the engine: forty types on five channels, spread evenly over so many days, with what became of them.
insert into notify.notification_types (key, pack, category, audience, channels, default_channels)
select 'kind_' || n, 'bench', 'bench', 'bench.audience', '{push,email,sms,in_app,webhook}', '{push}' from generate_series(1, 40) as n;

create function bench.make_past(total bigint, since timestamptz, over interval, only_type text default null)
  returns void language plpgsql as $$
begin
  create temporary table made on commit drop as
  select
    s.*, uuidv7(s.at - clock_timestamp()) as notification_id, uuidv7(s.at - clock_timestamp()) as delivery_id,
    case when s.luck < 0.03 then 'failed' when s.luck < 0.04 then 'expired' when s.luck < 0.3 and s.channel <> 'in_app' then 'sent'
      else 'delivered' end as status,
    interval '1 second' * case s.channel when 'in_app' then 0 else 0.05 - ln(1 - s.latency) * 2 end as took
  from (
    select
      n, since + over * (n / total::double precision) as at,
      coalesce(only_type, 'kind_' || (1 + (random() * random() * 40)::integer % 40)) as type_key,
      (array['push', 'push', 'push', 'email', 'email', 'sms', 'in_app', 'in_app', 'in_app',
        'webhook'])[1 + (random() * 10)::integer % 10] as channel,
      random() as luck, random() as latency, random() as reading
    from generate_series(0, total - 1) as n
  ) as s;
  insert into notify.notifications (id, event_id, recipient_id, type_key, priority, title, body, created_at, expires_at, read_at)
  select
    m.notification_id, m.notification_id, m.delivery_id, m.type_key, 'P1', 'Title', 'Body', m.at, m.at + interval '1 day',
    case when m.channel = 'in_app' and m.reading < 0.4 then m.at + interval '5 minutes' / (m.reading + 0.001) end
  from made as m;
  insert into notify.deliveries
    (id, notification_id, recipient_id, channel, sender_id, provider, lane, status, reason, expires_at, attempt, max_attempts, created_at,
      sent_at, delivered_at, finished_at)
  select
    m.delivery_id, m.notification_id, m.delivery_id, m.channel,
    case m.channel when 'push' then 1 when 'email' then 4 when 'sms' then 5 end,
    case m.channel when 'push' then 'apns' when 'email' then 'smtp' when 'sms' then 'twilio' else m.channel end, 'bulk', m.status,
    case when m.status in ('failed', 'expired') then 'reason_' || m.n % 10 end, m.at + interval '1 day', 1 + (m.latency > 0.95)::integer, 8,
      m.at,
    case when m.status in ('sent', 'delivered') then m.at + m.took end,
    case when m.status = 'delivered' then m.at + m.took * 1.5 end,
    case when m.status <> 'sent' then m.at + m.took * 1.5 end
  from made as m;
  insert into notify.receipts (delivery_id, kind, source, occurred_at)
  select m.delivery_id, k.kind, 'client', m.at + k.after / (m.reading + 0.001)
  from made as m
  join (values ('opened', 0.3, interval '1 minute'), ('clicked', 0.1, interval '2 minutes')) as k (kind, share, after)
    on m.reading < k.share
  where m.status = 'delivered' and m.channel in ('push', 'in_app');
  -- A twentieth was held back: an event of its own each.
  insert into notify.events (id, type_key, created_at, due_at, planned_at)
  select m.notification_id, m.type_key, m.at, m.at, m.at from made as m where m.n % 20 = 0;
  insert into notify.decisions (event_id, recipient_id, channel, outcome, rule, reason, decided_at)
  select m.notification_id, m.delivery_id, m.channel, 'suppress', 'preference', 'preference', m.at from made as m where m.n % 20 = 0;
end $$;

-- The same figures again, so many times that many days earlier.
create function bench.repeat_past(span text, days integer, times integer) returns void language plpgsql as $$
declare
  kind text;
  columns text;
begin
  foreach kind in array array['rollups', 'reason_rollups'] loop
    select string_agg(quote_ident(a.attname), ', ') into columns
    from pg_attribute as a where a.attrelid = format('notify_private.%s_%s', span, kind)::regclass and a.attnum > 0
      and a.attname <> 'starts_at';
    execute format(
      'insert into notify_private.%1$I (starts_at, %2$s)
       select s.starts_at - n * $1 * interval ''24 hours'', %2$s from notify_private.%1$I as s cross join generate_series(1, $2) as n
       where s.starts_at < (select date_trunc(''day'', max(l.starts_at), ''UTC'') from notify_private.%1$I as l)
         and s.starts_at >= (select date_trunc(''day'', max(l.starts_at), ''UTC'') - $1 * interval ''24 hours''
           from notify_private.%1$I as l)',
      span || '_' || kind, columns)
    using days, times;
  end loop;
end $$;
