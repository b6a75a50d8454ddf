create or replace function notify_private.split_claim(claim_id uuid, rest_id uuid, delivery_ids uuid[]) returns void
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller; the claim's id is its proof for these deliveries.
security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off
as $$
#variable_conflict use_variable
begin
  -- Locked against whoever takes its worker for dead meanwhile. Asked again where the answer was lost, it is there already.
  insert into notify_private.claims (id, worker_id, sender_id, delivery_ids, claimed_at)
  select rest_id, c.worker_id, c.sender_id, delivery_ids, c.claimed_at from notify_private.claims as c where c.id = claim_id for update
  on conflict do nothing;
  update notify.deliveries as d set claim_id = rest_id
  where d.claim_id = claim_id and d.status = 'sending' and d.id = any (delivery_ids);
end
$$;
comment on function notify_private.split_claim(uuid, uuid, uuid[]) is
  'Makes a claim of its own of deliveries that have no result yet, so that what is known of '
  'the others can be recorded. Of a claim that is no longer the caller''s it changes nothing.';
grant execute on function notify_private.split_claim(uuid, uuid, uuid[]) to rowbell_worker;
