create or replace function notify_private.correct_call_receipt(
  delivery_id uuid, kind text, code text, occurred_at timestamptz, duration_seconds integer
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  -- A verdict that was heard once is a repeat for good, so a late copy of it does not take a correction back.
  update notify.receipts as r
  set
    code = case when v.wins then correct_call_receipt.code else r.code end,
    -- When the phone was picked up stands; when the verdict was given moves with it.
    occurred_at = case when v.wins and r.kind = 'answered' then correct_call_receipt.occurred_at else r.occurred_at end,
    earlier_codes = case
      when v.is_new then r.earlier_codes || case when v.wins then r.code else correct_call_receipt.code end
      else r.earlier_codes
    end,
    duration_seconds = coalesce(r.duration_seconds, correct_call_receipt.duration_seconds)
  from (
    select
      x.kind, n.is_new,
      n.is_new and (x.code is null
        or correct_call_receipt.code <> 'unknown' and (x.code = 'unknown' or correct_call_receipt.occurred_at >= x.occurred_at)) as wins
    from notify.receipts as x
    cross join lateral (
      select correct_call_receipt.code is not null and correct_call_receipt.code is distinct from x.code
        and correct_call_receipt.code <> all (coalesce(x.earlier_codes, '{}')) as is_new
    ) as n
    where x.delivery_id = correct_call_receipt.delivery_id and x.kind = correct_call_receipt.kind and x.source = 'provider'
  ) as v
  where r.delivery_id = correct_call_receipt.delivery_id and r.kind = v.kind and r.source = 'provider'
    and (v.is_new or r.duration_seconds is null and correct_call_receipt.duration_seconds is not null);
  return found;
end
$$;
comment on function notify_private.correct_call_receipt(uuid, text, text, timestamptz, integer) is
  'A second report that a call was picked up, or is over. A verdict that was not heard before takes the place of one that is no later, '
  '"unknown" of none; a duration that was missing is added. Called under the lock of the delivery. False: nothing new.';
