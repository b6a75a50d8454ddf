create or replace function notify_private.apply_rules(
  events notify.events[], members notify_private.audience_member[], at timestamptz, masses uuid[], one_by_one boolean
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- Arrays are joined by hash, though a generic plan takes them for ten elements; tables are looked up row by row (lateral
-- "limit 1"), so no plan can scan one.
set enable_nestloop = off
as $$
declare
  people constant notify_private.person[] := case when one_by_one then notify_private.render_one_by_one(events[1], members, at)
    else notify_private.render_people(events, members) end;
  verdicts notify_private.verdict[];
begin
  if people is null or people = '{}' then
    return;
  end if;

  verdicts := notify_private.evaluate_candidates(
    array(
      select notify_private.candidate(
        p.notification_id, p.event_id, t.key, p.recipient_id, channel, p.dedupe_key,
        expires_at => e.due_at + coalesce(e.expires_after, t.expires_after), fallback_key => e.fallback_key)
      from unnest(people) as p
      join unnest(events) as e on e.id = p.event_id
      join notify.notification_types as t on t.key = e.type_key
      cross join unnest(t.channels) as channel
      where e.channels is null or channel = any (e.channels)
    ), at);
  if verdicts = '{}' then
    return;
  end if;

  insert into notify.notifications
    (id, event_id, recipient_id, type_key, priority, actor_id, title, subtitle, body, data, thread_id, collapse_key, channel_texts,
      rich_content, created_at, expires_at, told_at)
  select
    p.notification_id, p.event_id, p.recipient_id, t.key, t.priority, e.actor_id,
    p.title, p.subtitle, p.body, p.data, p.thread_id, p.collapse_key, p.channel_texts, p.rich_content, at,
    e.due_at + coalesce(e.expires_after, t.expires_after),
    case when n.is_told then at end
  from unnest(people) as p
  join (
    select v.notification_id, pg_catalog.bool_or(v.outcome = 'send') as is_told
    from unnest(verdicts) as v where v.outcome <> 'suppress' group by v.notification_id
  ) as n on n.notification_id = p.notification_id
  join unnest(events) as e on e.id = p.event_id
  join notify.notification_types as t on t.key = e.type_key;
  perform notify_private.apply_verdicts(verdicts, events, at, masses);

  if exists (select from unnest(events) as e join notify.notification_types as t on t.key = e.type_key where t.warns_unreachable) then
    perform notify_private.warn_unreachable(verdicts);
  end if;
end
$$;
comment on function notify_private.apply_rules(notify.events[], notify_private.audience_member[], timestamptz, uuid[], boolean) is
  'Asks evaluate_candidates() about those whom events concern, with their rendered copy, and writes the notifications '
  'and what follows from the verdicts. masses: events of which these are a part alone. '
  'one_by_one, of one event: whoever cannot be told keeps nobody else from it. Part of plan(), '
  'which holds the recipients'' locks.';
