create or replace function notify_private.reevaluate_holds(holds notify.holds[], at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  events constant notify.events[] := array(
    select e from (select distinct h.event_id from unnest(holds) as h) as i
    cross join lateral (select * from notify.events as x where x.id = i.event_id limit 1) as e
  );
  known notify_private.rule_inputs[] := array(
    select f from notify_private.rule_inputs(
      array(
        select notify_private.candidate(
          h.notification_id, h.event_id, e.type_key, h.recipient_id, h.channel, dedupe_key => d.rule_inputs ->> 'key',
          expires_at => e.due_at + coalesce(e.expires_after, t.expires_after), fallback_key => e.fallback_key, released_rule => h.rule)
        from unnest(holds) as h
        join unnest(events) as e on e.id = h.event_id
        join notify.notification_types as t on t.key = e.type_key
        cross join lateral (
          select x.rule_inputs from notify.decisions as x
          where x.event_id = h.event_id and x.recipient_id = h.recipient_id and x.channel = h.channel limit 1
        ) as d
      ), at) as f
  );
  verdicts notify_private.verdict[] := array(select v from notify_private.evaluate_rules(known) as v);
  together notify_private.verdict[];
begin
  -- Several of one person that quiet hours or a pause kept from a channel would come at once now, or find no room: they are told as one.
  together := array(
    select n.v
    from (
      select v, pg_catalog.count(*) over (partition by v.recipient_id, v.channel) as times
      from unnest(verdicts) as v
      join unnest(holds) as h on h.event_id = v.event_id and h.recipient_id = v.recipient_id and h.channel = v.channel
      join unnest(known) as f on f.event_id = v.event_id and f.recipient_id = v.recipient_id and f.channel = v.channel
      where (h.rule = 'quiet_hours' or h.rule = 'attention' and h.rule_inputs ->> 'released' = 'quiet_hours')
        and (v.outcome = 'send' or v.rule in ('daily_cap', 'rolling_cap'))
        and f.priority <> 'P0' and f.quiet_until is null
        and f.channel in ('push', 'email') and not notify_private.is_digest_type(f.type_key)
    ) as n
    where n.times > 1
  );
  if pg_catalog.cardinality(together) > 0 then
    known := array(
      select case when t.event_id is null then f
        else pg_catalog.jsonb_populate_record(f, pg_catalog.jsonb_build_object('frequency', 'held', 'digest_at', reevaluate_holds.at)) end
      from unnest(known) as f
      left join unnest(together) as t on t.event_id = f.event_id and t.recipient_id = f.recipient_id and t.channel = f.channel
    );
    verdicts := array(select v from notify_private.evaluate_rules(known) as v);
  end if;
  perform notify_private.apply_verdicts(verdicts, events, at);
end
$$;
comment on function notify_private.reevaluate_holds(notify.holds[], timestamptz) is
  'Judges held candidates again and applies the answer. Several of one person that had waited for the same channel are gathered into a '
  'digest that is due at once. Part of release_holds(), which holds the locks.';
