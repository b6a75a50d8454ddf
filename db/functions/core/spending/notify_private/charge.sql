create or replace function notify_private.charge(taken notify_private.claimable[], channel text, at timestamptz)
returns notify_private.claimable[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  one record;
  bill record;
begin
  -- One claim of a paid channel at a time, so that what is read of others' charges stays so: caps are exact.
  perform from notify.spending_caps as c where c.channel = channel and c.country = '*' for no key update;
  for one in
    select t.ordinality, t.delivery_id, t.address, d.recipient_id, coalesce(d.sms_segments, 1) as segments
    from unnest(taken) with ordinality as t
    cross join lateral (select x.recipient_id, x.sms_segments from notify.deliveries as x where x.id = t.delivery_id limit 1) as d
    -- What was charged is tried again at no further cost.
    where t.fate = 'sending' and not exists (select from notify_private.charges as c where c.delivery_id = t.delivery_id)
    order by t.ordinality
  loop
    bill := notify_private.quote_charge(one.recipient_id, channel, one.address, one.segments, at);
    if bill.refused is not null then
      taken[one.ordinality].fate := 'suppressed';
      taken[one.ordinality].reason := 'spending_cap';
      continue;
    end if;
    insert into notify_private.charges (
      delivery_id, user_id, channel, address, charged_at, country, currency, amount, total_currency, total_amount
    )
    values (
      one.delivery_id, one.recipient_id, channel, one.address, at, bill.country, bill.currency, bill.amount,
      bill.total_currency, bill.total_amount
    );
    -- Before the country's row, as tg_deliveries__refund() does: in one order, hence no deadlock.
    insert into notify.daily_spending_totals as s (day, channel, currency, spent, deliveries)
    values ((at at time zone 'UTC')::date, channel, bill.total_currency, bill.total_amount, 1)
    on conflict on constraint daily_spending_totals_pkey do update
    set spent = s.spent + excluded.spent, deliveries = s.deliveries + 1;
    insert into notify.daily_spending as s (day, channel, country, currency, spent, deliveries)
    values ((at at time zone 'UTC')::date, channel, bill.country, bill.currency, bill.amount, 1)
    on conflict on constraint daily_spending_pkey do update set spent = s.spent + excluded.spent, deliveries = s.deliveries + 1;
  end loop;
  return taken;
end
$$;
comment on function notify_private.charge(notify_private.claimable[], text, timestamptz) is
  'Charges what is about to be sent on a paid channel; what there is no room '
  'for comes back suppressed by spending_cap. Part of claim_deliveries().';
