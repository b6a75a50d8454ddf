create or replace function notify_private.apply_receipts(delivery_ids uuid[]) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  ids constant uuid[] := pg_catalog.array_sort(delivery_ids);
  moved bigint;
begin
  -- Most were let go of before anything was heard.
  if not exists (
    select from notify.receipts as r where r.delivery_id = any (ids) and r.delivery_id between ids[1] and ids[pg_catalog.cardinality(ids)]
  ) then
    return 0;
  end if;
  with heard as (
    select
      r.delivery_id,
      min(r.occurred_at) filter (where r.kind in ('delivered', 'answered', 'completed', 'opened', 'clicked',
        'unsubscribed', 'resubscribed')) as delivered_at,
      min(r.occurred_at) filter (where r.kind in ('bounced', 'failed') and r.source = 'provider') as failed_at,
      min(r.reason) filter (where r.kind in ('bounced', 'failed') and r.source = 'provider') as reason,
      min(r.occurred_at) filter (where r.kind = 'sent') as sent_at
    from notify.receipts as r where r.delivery_id = any (ids)
    group by r.delivery_id
  ),
  -- A function of all that was heard and not of what came last, so the order of arrival does not matter. Having
  -- reached the person outranks every failure; while a worker holds the delivery its write-back settles it.
  fate as (
    select
      d.id, h.*,
      case
        when h.delivered_at is not null and d.attempt > 0 and d.status not in ('sending', 'delivered') then 'delivered'
        when h.failed_at is not null and d.status in ('sent', 'unknown') then 'failed'
        when h.sent_at is not null and d.status = 'unknown' then 'sent'
      end as status
    from heard as h join notify.deliveries as d on d.id = h.delivery_id
  )
  update notify.deliveries as d
  set
    status = f.status,
    due_at = null,
    reason = case f.status when 'failed' then coalesce(f.reason, 'refused') end,
    sent_at = case when f.status = 'failed' then d.sent_at else coalesce(d.sent_at, f.sent_at, f.delivered_at) end,
    delivered_at = case f.status when 'delivered' then f.delivered_at end,
    finished_at = case f.status when 'delivered' then f.delivered_at when 'failed' then f.failed_at end
  from fate as f
  where d.id = f.id and f.status is not null;
  get diagnostics moved = row_count;
  return moved;
end
$$;
comment on function notify_private.apply_receipts(uuid[]) is
  'Moves deliveries to where their receipts say they are: delivered before failed before sent. Called by whoever adds a receipt '
  'and by whoever lets go of a claim, so that a report faster than the worker''s write-back is not lost. Returns how many moved.';
