create or replace function coaching_private.tg_members__choose_path() returns trigger
language plpgsql volatile
-- Definer: choices of channels are the core's tables.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  -- By their keys: a join with the rows that were written may be a nested loop, if few were when it was planned.
  members constant uuid[] := array(select n.user_id from updated as n);
  reachable constant uuid[] := array(select n.user_id from updated as n where n.effective_pref <> 'sms_only' and n.push_enabled);
  without_sms constant uuid[] := array(select n.user_id from updated as n where n.effective_pref <> 'push_and_sms');
begin
  -- Path B: pushes are off. Where they may be used nothing is said, so that the type's own default holds.
  insert into notify.preferences as p (user_id, type_key, channel, enabled, source)
  select n.user_id, 'coaching_preview', 'push', false, 'service'
  from updated as n where n.effective_pref = 'sms_only' or not n.push_enabled
  on conflict (user_id, type_key, channel) do update set enabled = false, source = 'service', updated_at = pg_catalog.clock_timestamp()
    where p.enabled is distinct from false;
  -- What the person or an unsubscription said is theirs and stays.
  delete from notify.preferences as p
  where p.user_id = any (reachable) and p.type_key = 'coaching_preview' and p.channel = 'push' and not p.enabled and p.source = 'service';
  -- Path C; path A, and B for want of a token, are the type's own order.
  insert into notify.fallback_choices as f (user_id, type_key, fallback_key)
  select n.user_id, 'coaching_preview', 'push_and_sms' from updated as n where n.effective_pref = 'push_and_sms'
  on conflict (user_id, type_key) do update set fallback_key = excluded.fallback_key
    where f.fallback_key <> excluded.fallback_key;
  delete from notify.fallback_choices as f
  where f.user_id = any (without_sms) and f.type_key = 'coaching_preview';
  -- CP-1: another lead time holds for the calls whose preview is still to come.
  update coaching.calls as c set preview_due_at = coaching_private.preview_due_at(c.scheduled_at, c.user_id)
  where c.user_id = any (members) and c.status = 'pending' and c.preview_due_at > pg_catalog.now() and c.scheduled_at > pg_catalog.now()
    and c.preview_due_at is distinct from coaching_private.preview_due_at(c.scheduled_at, c.user_id);
  return null;
end
$$;
comment on function coaching_private.tg_members__choose_path() is
  'CP-10 to CP-13: what a member chose, as the core knows it: a preference '
  'for push and an order of channels. And their lead time, in their calls.';

create or replace trigger _500_choose_path
  after insert on coaching.members
  referencing new table as updated
  for each statement execute function coaching_private.tg_members__choose_path();
create or replace trigger _500_choose_path_again
  after update on coaching.members
  referencing new table as updated
  for each statement execute function coaching_private.tg_members__choose_path();
