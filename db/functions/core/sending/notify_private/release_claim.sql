create or replace function notify_private.release_claim(claim_id uuid) returns bigint
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  claim notify_private.claims;
  released bigint;
begin
  delete from notify_private.claims as c where c.id = release_claim.claim_id returning * into claim;
  update notify.deliveries as d
  set status = 'queued', claim_id = null, attempt = d.attempt - 1, due_at = claim.claimed_at
  where d.id = any (claim.delivery_ids) and d.claim_id = claim.id and d.status = 'sending';
  get diagnostics released = row_count;
  return released;
end
$$;
comment on function notify_private.release_claim(uuid) is
  'Gives a claim back of which nothing was sent, as if it had never been taken; returns how many deliveries.';
grant execute on function notify_private.release_claim(uuid) to rowbell_worker;
