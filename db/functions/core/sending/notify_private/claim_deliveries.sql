create or replace function notify_private.claim_deliveries(
  claim_id uuid, worker_id uuid, sender_id smallint, lane text, max_deliveries integer default 500
) returns setof notify_private.claimed_delivery
language plpgsql volatile
-- Definer: the worker sends what it is handed and reads nothing else. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
-- As in plan(): generic plans, and none that scans a table, whatever the statistics of the moment say.
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off
as $$
#variable_conflict use_variable
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  room integer;
  -- Who carries them: the sender that they wait for, or a spare of it while that is paused.
  via smallint := sender_id;
  few uuid[];
  taken notify_private.claimable[];
  -- Of these, what goes out, what ends here, and the notifications of the former; in order, so that the first and the last tell a
  -- statement which partitions it need not open.
  going uuid[];
  ending uuid[];
  told uuid[];
  asks boolean;
  asked notify_private.candidate[];
  irrelevant uuid[];
  unclear uuid[];
  provider text;
  own_channel text;
  is_unlimited boolean;
  is_paused boolean;
  suppressed boolean;
begin
  -- One that was declared dead and does not know it yet: what it took would be taken from it at once and count as a try, again and
  -- again. With its next heartbeat it registers anew.
  if not exists (select from notify.workers as w where w.id = worker_id and w.stopped_at is null) then
    return;
  end if;
  select p.provider, p.channel, s.rate_per_second is null, s.paused_until is not null
  into strict provider, own_channel, is_unlimited, is_paused
  from notify.senders as s join notify.providers as p on p.provider = s.provider where s.id = sender_id;
  if is_paused then
    via := coalesce(notify_private.choose_sender(sender_id, worker_id), sender_id);
    is_unlimited := (select s.rate_per_second is null from notify.senders as s where s.id = via);
  end if;
  room := notify_private.acquire_send_permits(sender_id, lane, max_deliveries, via);
  loop
    exit when room = 0;
    -- Where more wait than there is room for, single ones pass those of a mass: they have four fifths of the room, the mass has the
    -- rest. A claim that has some is smaller, so that they need not wait for the outcome of many; but what is held to a rate
    -- has paid for its room.
    few := case when room >= 10 then notify_private.few_due_deliveries(sender_id, lane, at, room) else '{}' end;
    taken := '{}';
    if pg_catalog.cardinality(few) > 0 then
      taken := notify_private.lock_due_deliveries(sender_id, lane, at, null, among => few, to_spare => via <> sender_id);
    end if;
    taken := taken || notify_private.lock_due_deliveries(
      sender_id, lane, at,
      case when pg_catalog.cardinality(few) > 0 and is_unlimited then room / 5 else room - pg_catalog.cardinality(taken) end,
      but => few, to_spare => via <> sender_id);
    exit when pg_catalog.cardinality(taken) = 0;
    if pg_catalog.cardinality(taken) = room or pg_catalog.cardinality(few) > 0 then
      taken := notify_private.limit_chunk_per_person(sender_id, lane, at, taken, via <> sender_id);
    end if;
    taken := notify_private.leave_out_known(taken, own_channel, at);
    if own_channel in ('sms', 'voice') then
      taken := notify_private.charge(taken, own_channel, at);
    end if;
    if provider in ('web_push', 'webhook') then
      taken := notify_private.skip_paused_origins(sender_id, provider, taken);
    end if;
    suppressed := exists (select from unnest(taken) as t where t.fate = 'suppressed');
    if suppressed then
      taken := notify_private.lock_people_of_suppressed(taken, at);
    end if;

    select
      coalesce(pg_catalog.array_agg(t.delivery_id order by t.delivery_id) filter (where t.fate = 'sending'), '{}'),
      coalesce(pg_catalog.array_agg(t.delivery_id order by t.delivery_id) filter (where t.fate <> 'sending'), '{}'),
      pg_catalog.array_agg(t.notification_id order by t.notification_id) filter (where t.fate = 'sending'),
      pg_catalog.bool_or(t.fate = 'sending' and t.has_relevance_check)
    into going, ending, told, asks
    from unnest(taken) as t;

    -- Those whose type asks whether it still matters.
    asked := null;
    if asks then
      asked := array(
        select notify_private.candidate(t.notification_id, n.event_id, n.type_key, n.recipient_id)
        from unnest(taken) as t
        cross join lateral (select x.event_id, x.type_key, x.recipient_id from notify.notifications as x
          where x.id = t.notification_id and x.id between told[1] and told[pg_catalog.cardinality(told)] limit 1) as n
        cross join lateral (select x.still_relevant from notify.notification_types as x where x.key = n.type_key limit 1) as k
        where t.fate = 'sending' and t.has_relevance_check and k.still_relevant is not null
      );
    end if;
    if pg_catalog.cardinality(asked) > 0 then
      loop
        begin
          -- In the statement that takes them: what it sees, no_longer_relevant() sees (a stable function has its caller's snapshot).
          with moved as (
            update notify.deliveries as d
            set
              status = case when m.gone then 'canceled' else 'sending' end,
              reason = case when m.gone then 'not_relevant' else d.reason end,
              finished_at = case when m.gone then at end,
              claim_id = case when not m.gone then claim_id end,
              due_at = null,
              attempt = d.attempt + (not m.gone)::integer
            from (
              select t.delivery_id, t.notification_id = any (array(
                select c.notification_id from notify_private.no_longer_relevant(asked) as i
                join unnest(asked) as c on c.event_id = i.event_id and c.recipient_id = i.recipient_id
              )) as gone
              from unnest(taken) as t where t.fate = 'sending'
              -- Once: without the offset the planner asks again for each place that names the answer.
              offset 0
            ) as m
            where d.id = m.delivery_id and d.id = any (going) and d.id between going[1] and going[pg_catalog.cardinality(going)]
            returning d.id, m.gone
          )
          select coalesce(pg_catalog.array_agg(m.id) filter (where m.gone), '{}') into irrelevant from moved as m;
          exit;
        exception when others then
          unclear := notify_private.relevance_check_failures(asked);
          if pg_catalog.cardinality(unclear) = 0 then
            raise;
          end if;
          -- They wait and are asked again: a broken function loses nothing, and sends nothing that it might have held back.
          update notify.deliveries as d set due_at = at + interval '30 seconds', reason = 'relevance_failed'
          where d.id = any (array(select t.delivery_id from unnest(taken) as t
            where t.fate = 'sending' and t.notification_id = any (unclear)));
          taken := array(select t from unnest(taken) as t where t.fate <> 'sending' or t.notification_id <> all (unclear));
          asked := array(select c from unnest(asked) as c where c.notification_id <> all (unclear));
        end;
      end loop;
      perform notify_private.advance_awaited(irrelevant, at);
      taken := array(select t from unnest(taken) as t where t.delivery_id <> all (irrelevant));
      going := array(select t.delivery_id from unnest(taken) as t where t.fate = 'sending' order by t.delivery_id);
    elsif pg_catalog.cardinality(going) > 0 then
      update notify.deliveries as d set status = 'sending', claim_id = claim_id, due_at = null, attempt = d.attempt + 1
      where d.id = any (going) and d.id between going[1] and going[pg_catalog.cardinality(going)];
    end if;
    if pg_catalog.cardinality(going) > 0 then
      insert into notify_private.claims (id, worker_id, sender_id, delivery_ids, claimed_at)
      values (claim_id, worker_id, via, going, at);
    end if;
    if pg_catalog.cardinality(ending) > 0 then
      update notify.deliveries as d
      set
        (status, reason) = (select t.fate, t.reason from unnest(taken) as t where t.delivery_id = d.id),
        due_at = null,
        finished_at = at
      where d.id = any (ending) and d.id between ending[1] and ending[pg_catalog.cardinality(ending)];
      if suppressed then
        perform notify_private.give_back(array(select t.delivery_id from unnest(taken) as t where t.fate = 'suppressed'), at);
      end if;
      perform notify_private.advance_awaited(ending, at);
    end if;

    return query
    select
      t.delivery_id,
      t.attempt,
      t.address,
      t.web_push_p256dh,
      t.web_push_auth,
      t.registered_at,
      t.webhook_secrets,
      n.type_key,
      coalesce(s.rendered_text ->> 'title', n.channel_texts -> own_channel ->> 'title', n.title) as title,
      coalesce(s.rendered_text ->> 'subtitle', n.subtitle) as subtitle,
      coalesce(s.rendered_text ->> 'body', n.channel_texts -> own_channel ->> 'body', n.body) as body,
      n.data,
      n.thread_id,
      n.collapse_key,
      -- What a later one replaces where it is shown. Without a collapse key that is only itself: sent again, because nobody knew whether
      -- it had arrived, it is not there twice. Browsers need a tag only for the former.
      case
        when own_channel = 'push' and (provider <> 'web_push' or n.collapse_key is not null)
        then coalesce(k.tag, k.pack) || ':' || coalesce(n.collapse_key, n.id::text)
      end as tag,
      k.sound,
      k.urgency,
      k.interruption_level,
      t.expires_at,
      case when own_channel = 'email' then notify_private.email_context(n.id) end as email,
      n.recipient_id,
      provider in ('web_push', 'webhook') and exists (
        select from notify.provider_origins as o
        where o.sender_id = sender_id and o.origin = notify_private.origin_of(provider, t.address)
          and o.accepted_at > at - interval '7 days' limit 1
      ) as origin_answers,
      case
        when own_channel = 'push' and (n.rich_content is not null or k.android_channel_id is not null or k.apns_category is not null
          or k.apns_mutable_content)
        then coalesce(n.rich_content, '{}') || pg_catalog.jsonb_build_object('android_channel_id', k.android_channel_id,
          'apns_category', k.apns_category, 'apns_mutable_content', k.apns_mutable_content)
      end as rich_content,
      -- What a webhook says, at each attempt the same.
      case when provider = 'webhook' then coalesce(notify_private.event_happened_at(n.event_id), n.created_at) end as happened_at,
      via as sender_id
    from unnest(taken) as t
    cross join lateral (
      select * from notify.notifications as x
      where x.id = t.notification_id and x.id between told[1] and told[pg_catalog.cardinality(told)] limit 1
    ) as n
    cross join lateral (select * from notify.notification_types as x where x.key = n.type_key limit 1) as k
    -- Words that depend on when they are sent, where that is later than planned: few, and of few types.
    cross join lateral (
      select case when n.created_at <= at - k.rerender_after then notify_private.rerender_delivery(t.delivery_id) end as rendered_text
      offset 0
    ) as s
    where t.fate = 'sending';
    -- Where all of them ended here, look further: nothing returned means nothing due.
    exit when found;
  end loop;
end
$$;
comment on function notify_private.claim_deliveries(uuid, uuid, smallint, text, integer) is
  'Takes up to max_deliveries due deliveries of one sender and lane for a worker, counts the attempt, and returns '
  'what to send. Expired ones, those whose device left or changed hands, those whose address was suppressed '
  'meanwhile, those that their person was done with in the inbox, '
  'those that the spending caps have no room for and those that are no longer relevant end here. The '
  'claim''s id is made by the caller, so that it can give the claim back even when the answer never reached it.';
grant execute on function notify_private.claim_deliveries(uuid, uuid, smallint, text, integer) to rowbell_worker;
