create or replace function notify_private.tg_deliveries__refund() returns trigger
language plpgsql volatile
-- Definer: whoever may end a delivery need not be able to change what was spent.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from updated as u
    where u.channel in ('sms', 'voice') and u.status in ('failed', 'expired', 'canceled', 'suppressed') and u.sent_at is null
  ) then
    with refunded as (
      delete from notify_private.charges as c
      using updated as u
      where c.delivery_id = u.id and u.channel in ('sms', 'voice')
        and u.status in ('failed', 'expired', 'canceled', 'suppressed') and u.sent_at is null
      returning c.*
    )
    update notify.daily_spending as s set spent = s.spent - r.amount, deliveries = s.deliveries - r.deliveries
    from (
      select (c.charged_at at time zone 'UTC')::date as day, c.channel, c.country, c.currency, sum(c.amount) as amount,
        count(*) as deliveries
      from refunded as c group by 1, 2, 3, 4
    ) as r
    where s.day = r.day and s.channel = r.channel and s.country = r.country and s.currency = r.currency;
  end if;
  return null;
end
$$;
comment on function notify_private.tg_deliveries__refund() is
  'A delivery that ended without a provider having taken it has cost nothing, and does not count for its person and number.';

create or replace trigger _500_refund
  after update on notify.deliveries
  referencing new table as updated
  for each statement execute function notify_private.tg_deliveries__refund();
