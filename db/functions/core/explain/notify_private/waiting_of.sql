create or replace function notify_private.waiting_of(user_id uuid, max_waiting integer default 200) returns setof notify_private.foreseen
language sql stable set search_path = pg_catalog, pg_temp
as $$
  -- As release_holds() judges them again. Whether a later step of a fallback is needed nobody knows yet.
  (
    select notify_private.foreseen(
      notify_private.candidate(
        h.notification_id, h.event_id, e.type_key, h.recipient_id, h.channel, dedupe_key => d.rule_inputs ->> 'key',
        expires_at => e.due_at + coalesce(e.expires_after, t.expires_after), fallback_key => e.fallback_key, released_rule => h.rule),
      h.due_at, 0, false,
      was_quiet => h.rule = 'quiet_hours' or h.rule = 'attention' and coalesce(h.rule_inputs ->> 'released', '') = 'quiet_hours')
    from notify.holds as h
    join notify.events as e on e.id = h.event_id
    join notify.notification_types as t on t.key = e.type_key
    join notify.decisions as d on d.event_id = h.event_id and d.recipient_id = h.recipient_id and d.channel = h.channel
    where h.recipient_id = waiting_of.user_id and h.released_at is null and h.rule <> 'fallback' and isfinite(h.due_at)
    order by h.due_at limit max_waiting
  )
  union all
  -- As finalize_digests() judges them once more.
  (
    select notify_private.foreseen(
      notify_private.candidate(
        i.notification_id, i.event_id, t.key, i.recipient_id, i.channel,
        expires_at => e.due_at + coalesce(e.expires_after, t.expires_after), released_rule => 'digest'),
      g.due_at, 0, false, digest => g.frequency)
    from notify.digests as g
    join notify.digest_items as i on i.digest_id = g.id and i.left_out is null
    join notify.events as e on e.id = i.event_id
    join notify.notification_types as t on t.key = e.type_key
    where g.user_id = waiting_of.user_id and g.closed_at is null
    order by g.due_at limit max_waiting
  )
$$;
comment on function notify_private.waiting_of(uuid, integer) is
  'What a person is still to be told that waits already, held or gathered: what is predicted meets it. Part of predict().';
