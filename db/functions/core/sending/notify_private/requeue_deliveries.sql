create or replace function notify_private.requeue_deliveries(claim_id uuid, delivery_ids uuid[], due timestamptz[]) returns void
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller; the claim's id is its proof for these deliveries.
security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off
as $$
#variable_conflict use_variable
begin
  update notify.deliveries as d
  set status = 'queued', claim_id = null, attempt = d.attempt - 1, due_at = least(p.due_at, d.expires_at)
  from unnest(delivery_ids, due) as p (delivery_id, due_at)
  where d.claim_id = claim_id and d.status = 'sending' and d.id = p.delivery_id;
  delete from notify_private.claims as c
  where c.id = claim_id and not exists (
    select from notify.deliveries as d where d.id = any (c.delivery_ids) and d.claim_id = claim_id and d.status = 'sending'
  );
end
$$;
comment on function notify_private.requeue_deliveries(uuid, uuid[], timestamptz[]) is
  'Gives deliveries of a claim back that were not begun, as if they had not been '
  'taken, to be tried at an instant each. A claim of which nothing is left goes.';
grant execute on function notify_private.requeue_deliveries(uuid, uuid[], timestamptz[]) to rowbell_worker;
