create or replace function notify_private.note_slow_answers(
  claim notify_private.claims, results notify_private.result[], at timestamptz, out is_slow boolean, out resume_at timestamptz
)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  sender notify.senders;
  is_prompt boolean;
  -- In order, as in record_results().
  ids constant uuid[] := pg_catalog.array_sort(claim.delivery_ids);
begin
  select coalesce(pg_catalog.bool_or(r.took_ms <= 5000), false), coalesce(pg_catalog.bool_or(r.took_ms > 5000), false)
  into is_prompt, is_slow
  from unnest(results) as r;
  is_slow := is_slow and not is_prompt;
  if is_prompt then
    delete from notify_private.slow_answers as s where s.sender_id = claim.sender_id;
  end if;
  if not is_slow then
    return;
  end if;
  -- Locked, so that of several that say the same at once one pauses it.
  select * into strict sender from notify.senders as s where s.id = claim.sender_id for no key update;
  -- What was on its way when its pause began says nothing new. And whom nobody can take the place of goes on, however slow.
  if claim.claimed_at < sender.paused_at or coalesce(notify_private.next_sender_at(sender, at) > at, true) then
    return;
  end if;
  insert into notify_private.slow_answers as s (sender_id, user_id, answered_at)
  select distinct claim.sender_id, d.recipient_id, at
  from unnest(results) as r
  cross join lateral (
    select x.recipient_id from notify.deliveries as x
    where x.id = r.delivery_id and x.id between ids[1] and ids[pg_catalog.cardinality(ids)] and x.claim_id = claim.id limit 1
  ) as d
  where r.took_ms > 5000
  order by d.recipient_id
  on conflict on constraint slow_answers_pkey do update set answered_at = excluded.answered_at;
  -- Three people, or the one whose message probed it.
  if sender.pause_reason = 'slow' or (
    select count(*) from notify_private.slow_answers as s
    where s.sender_id = claim.sender_id and s.answered_at > at - interval '10 minutes'
  ) >= 3 then
    delete from notify_private.slow_answers as s where s.sender_id = claim.sender_id;
    resume_at := notify_private.pause_sender(claim.sender_id, 'slow');
  end if;
end
$$;
comment on function notify_private.note_slow_answers(notify_private.claims, notify_private.result[], timestamptz) is
  'Pauses a sender that is slow: messages of three people in a row took more than five seconds each, none in between took less, and '
  'another can carry them. is_slow: of those that were asked, none answered promptly. resume_at: until when it is paused for that.';
