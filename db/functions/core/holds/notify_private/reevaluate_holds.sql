create or replace function notify_private.reevaluate_holds(holds notify.holds[], at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  events constant notify.events[] := array(
    select e from (select distinct h.event_id from unnest(holds) as h) as i
    cross join lateral (select * from notify.events as x where x.id = i.event_id limit 1) as e
  );
begin
  perform notify_private.apply_verdicts(
    array(
      select v from notify_private.evaluate_candidates(
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
        ), at) as v
    ), events, at);
end
$$;
comment on function notify_private.reevaluate_holds(notify.holds[], timestamptz) is
  'Judges held candidates again and applies the answer. Part of release_holds(), which holds the locks.';
