create or replace function notify_private.tg_deliveries__refund() returns trigger
language plpgsql volatile
-- Definer: whoever may end a delivery need not be able to change what was spent.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  refunded notify_private.charges[];
begin
  if not exists (
    select from updated as u
    where u.channel in ('sms', 'voice') and u.status in ('failed', 'expired', 'canceled', 'suppressed')
  ) then
    return null;
  end if;
  with gone as (
    delete from notify_private.charges as c
    using updated as u join outdated as o on o.id = u.id
    where c.delivery_id = u.id and u.channel in ('sms', 'voice') and u.status in ('failed', 'expired', 'canceled', 'suppressed')
      -- What may have gone out (unknown) may be billed, whatever is said of it later.
      and o.status in ('queued', 'sending')
    returning c
  )
  select pg_catalog.array_agg(g.c) into refunded from gone as g;
  update notify.daily_spending_totals as s set spent = s.spent - r.amount, deliveries = s.deliveries - r.deliveries
  from (
    select (c.charged_at at time zone 'UTC')::date as day, c.channel, c.total_currency, sum(c.total_amount) as amount,
      count(*) as deliveries
    from unnest(refunded) as c where c.total_amount is not null group by 1, 2, 3
  ) as r
  where s.day = r.day and s.channel = r.channel and s.currency = r.total_currency;
  update notify.daily_spending as s set spent = s.spent - r.amount, deliveries = s.deliveries - r.deliveries
  from (
    select (c.charged_at at time zone 'UTC')::date as day, c.channel, c.country, c.currency, sum(c.amount) as amount,
      count(*) as deliveries
    from unnest(refunded) as c group by 1, 2, 3, 4
  ) as r
  where s.day = r.day and s.channel = r.channel and s.country = r.country and s.currency = r.currency;
  return null;
end
$$;
comment on function notify_private.tg_deliveries__refund() is
  'A delivery that ended without a provider having taken it, or perhaps having taken it, has cost nothing and does not count for '
  'its person and number.';

create or replace trigger _500_refund
  after update on notify.deliveries
  referencing old table as outdated new table as updated
  for each statement execute function notify_private.tg_deliveries__refund();
