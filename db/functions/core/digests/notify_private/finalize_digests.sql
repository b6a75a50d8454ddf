create or replace function notify_private.finalize_digests(closing notify.digests[], at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- Tables are looked up by key whatever the statistics say; only the arrays are joined by hash, between the two switches.
set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  items notify.digest_items[];
  candidates notify_private.candidate[];
  dropped notify_private.verdict[];
  left_out uuid[];
begin
  select pg_catalog.array_agg(i), pg_catalog.array_agg(
    notify_private.candidate(
      i.notification_id, i.event_id, t.key, i.recipient_id, i.channel, dedupe_key => i.rule_inputs ->> 'key',
      expires_at => e.due_at + coalesce(e.expires_after, t.expires_after), released_rule => 'digest'))
  into items, candidates
  from unnest(closing) as c
  cross join lateral (select * from notify.digest_items as x where x.digest_id = c.id and x.left_out is null offset 0) as i
  cross join lateral (select x.type_key, x.due_at, x.expires_after from notify.events as x where x.id = i.event_id limit 1) as e
  cross join lateral (select x.key, x.expires_after from notify.notification_types as x where x.key = e.type_key limit 1) as t;

  perform pg_catalog.set_config('enable_hashjoin', 'on', true);
  -- Addresses, caps and quiet hours are the digest's own matter: they are asked when it is sent. Its key it has claimed itself; the
  -- decision keeps which that was.
  select pg_catalog.array_agg(v) into dropped
  from unnest(notify_private.evaluate_candidates(candidates, at)) as v
  where v.outcome = 'suppress' and v.rule in ('type', 'event', 'expiry', 'still_relevant', 'consent', 'preference', 'inbox');
  select pg_catalog.array_agg(j::notify.digest_items) into items
  from (
    select
      i.event_id,
      i.recipient_id,
      i.channel,
      i.digest_id,
      i.notification_id,
      i.rule_inputs,
      i.added_at,
      case when v.rule is null
        then (pg_catalog.row_number() over (partition by i.digest_id, v.rule is null order by i.event_id))::integer
      end as position,
      v.rule as left_out
    from unnest(items) as i
    left join unnest(dropped) as v on v.event_id = i.event_id and v.recipient_id = i.recipient_id and v.channel = i.channel
  ) as j;
  perform pg_catalog.set_config('enable_hashjoin', 'off', true);

  -- Of these, what steps of a fallback may wait for: deliveries are locked before what is held and gathered.
  left_out := array(select distinct v.notification_id from unnest(dropped) as v where v.fallback_key is not null);
  if pg_catalog.cardinality(left_out) > 0 then
    perform from notify.deliveries as d where d.is_awaited and d.notification_id = any (left_out) order by d.id for no key update;
  end if;
  with marked as (
    update notify.digest_items as i set position = j.position, left_out = j.left_out
    from unnest(items) as j
    where i.event_id = j.event_id and i.recipient_id = j.recipient_id and i.channel = j.channel
  ),
  suppressed as (
    update notify.decisions as d
    set outcome = 'suppress', rule = v.rule, reason = v.reason, inputs = v.inputs, rule_inputs = v.rule_inputs,
      notification_id = null, held_until = null, decided_at = at
    from unnest(dropped) as v
    where d.event_id = v.event_id and d.recipient_id = v.recipient_id and d.channel = v.channel
  ),
  given_back as (
    delete from notify_private.dedupe_keys as k
    using unnest(dropped) as v
    -- What they had from their inbox was told.
    where v.rule <> 'inbox' and k.recipient_id = v.recipient_id and k.event_id = v.event_id and k.channel = v.channel
  ),
  told as (
    update notify.notifications as n set told_at = at, changed_xid = notify_private.next_version(n.changed_xid)
    where n.told_at is null
      and n.id = any (array(select j.notification_id from unnest(items) as j where j.position is not null))
  ),
  filled as (
    select c.id, c.channel, c.frequency, coalesce(p.items, 0) as item_count, case when p.items > 0 then uuidv7() end as event_id
    from unnest(closing) as c
    left join (
      select j.digest_id, pg_catalog.count(j.position)::integer as items from unnest(items) as j group by j.digest_id
    ) as p on p.digest_id = c.id
  ),
  emitted as (
    insert into notify.events (id, type_key, subject_type, subject_id, channels, idempotency_key)
    select f.event_id, f.frequency || '_digest', 'digest', f.id, array[f.channel], 'digest:' || f.id
    from filled as f where f.event_id is not null
  )
  update notify.digests as d set closed_at = at, item_count = f.item_count, event_id = f.event_id, close_error = null
  from filled as f where d.id = f.id;

  -- Steps of a fallback that waited for what is left out: nobody got that one.
  if pg_catalog.cardinality(left_out) > 0 then
    perform notify_private.advance_fallbacks(left_out, at);
  end if;
end
$$;
comment on function notify_private.finalize_digests(notify.digests[], timestamptz) is
  'Judges what these digests gathered once more, leaves out what must not be sent any more, gives the rest its places, closes them and '
  'makes the events that tell them; without items there is none. Part of close_digests(), which holds the digests and their people.';
