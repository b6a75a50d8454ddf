create or replace function notify_private.give_back(delivery_ids uuid[], at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  with untold as materialized (
    select n.event_id, n.recipient_id, u.channel, c.decided_at, notify_hidden.is_test_type(n.type_key) as is_test
    from (
      select distinct d.notification_id, d.channel
      from unnest(give_back.delivery_ids) as i (id)
      cross join lateral (select x.notification_id, x.channel from notify.deliveries as x where x.id = i.id limit 1) as d
    ) as u
    cross join lateral (select * from notify.notifications as x where x.id = u.notification_id limit 1) as n
    cross join lateral (
      select x.decided_at from notify.decisions as x
      where x.event_id = n.event_id and x.recipient_id = n.recipient_id and x.channel = u.channel and x.outcome = 'send' limit 1
    ) as c
    -- Another device of theirs may have it, or have it still to come.
    where not exists (
      select from notify.deliveries as x
      where x.notification_id = u.notification_id and x.channel = u.channel and x.status <> 'suppressed'
    )
  ),
  -- For the back-test.
  noted as (
    update notify.decisions as d set rule_inputs = d.rule_inputs || pg_catalog.jsonb_build_object('given_back', at)
    from untold as u
    where d.event_id = u.event_id and d.recipient_id = u.recipient_id and d.channel = u.channel
  ),
  freed as (
    delete from notify_private.dedupe_keys as k using untold as u
    where k.recipient_id = u.recipient_id and k.channel = u.channel and k.event_id = u.event_id
  ),
  fewer as (
    select u.recipient_id, u.channel, u.decided_at, pg_catalog.count(*) as times from untold as u where not u.is_test group by 1, 2, 3
  )
  update notify_private.daily_counters as c
  set count = c.count - (pg_catalog.cardinality(c.sent_at) - pg_catalog.cardinality(r.sent_at)), sent_at = r.sent_at
  from (
    select
      x.recipient_id, x.channel, x.day,
      -- What was decided at one instant is alike: as many of it go as were not told.
      array(
        select i.sent_at
        from (
          select y.sent_at, row_number() over (partition by y.sent_at) as nth from unnest(x.sent_at) as y (sent_at)
        ) as i
        left join fewer as g on g.recipient_id = x.recipient_id and g.channel = x.channel and g.decided_at = i.sent_at
        where i.nth > coalesce(g.times, 0)
        order by i.sent_at
      ) as sent_at
    from notify_private.daily_counters as x
    where (x.recipient_id, x.channel) in (select f.recipient_id, f.channel from fewer as f)
      and exists (
        select from fewer as f where f.recipient_id = x.recipient_id and f.channel = x.channel and f.decided_at = any (x.sent_at)
      )
  ) as r
  where c.recipient_id = r.recipient_id and c.channel = r.channel and c.day = r.day;
end
$$;
comment on function notify_private.give_back(uuid[], timestamptz) is
  'These deliveries have just been suppressed. Where nothing else tells their person of it on that channel, its dedupe key is free again '
  'and it counts under no cap. Its callers hold the recipients'' locks.';
