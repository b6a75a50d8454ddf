create or replace function notify_private.quote_charge(
  user_id uuid, channel text, address text, segments integer, at timestamptz,
  out country text, out currency text, out amount numeric, out total_currency text, out total_amount numeric, out refused text
) returns record
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select
    n.country, c.currency, p.amount, t.currency, p.total_amount,
    case
      when l.at_most <= (
        select count(*) from notify_private.charges as x
        where x.user_id = quote_charge.user_id and x.channel = quote_charge.channel and x.charged_at > quote_charge.at - l.per
      ) then 'person_cap'
      when l.at_most <= (
        select count(*) from notify_private.charges as x
        where x.address = quote_charge.address and x.channel = quote_charge.channel and x.charged_at > quote_charge.at - l.per
      ) then 'number_cap'
      when c.per_day < p.amount + coalesce((
        select x.spent from notify.daily_spending as x
        where x.day = (quote_charge.at at time zone 'UTC')::date and x.channel = quote_charge.channel
          and x.country = n.country and x.currency = c.currency
      ), 0) then 'country_cap'
      when t.per_day < p.total_amount + coalesce((
        select x.spent from notify.daily_spending_totals as x
        where x.day = (quote_charge.at at time zone 'UTC')::date and x.channel = quote_charge.channel and x.currency = t.currency
      ), 0) then 'total_cap'
    end
  from (select coalesce(notify_private.country_of_phone(quote_charge.address), 'ZZ') as country) as n
  join notify.limits as l on l.key = case quote_charge.channel when 'sms' then 'sms_sent' else 'calls_placed' end
  cross join lateral (
    select x.per_day, x.currency, x.unit_price from notify.spending_caps as x
    where x.channel = quote_charge.channel and x.country in (n.country, '*') order by x.country = '*' limit 1
  ) as c
  cross join lateral (
    select x.per_day, x.currency, x.unit_price from notify.spending_caps as x
    where x.channel = quote_charge.channel and x.country = 'all' limit 1
  ) as t
  cross join lateral (
    select
      quote_charge.segments
        * notify_private.unit_price(quote_charge.channel, n.country, c.currency, quote_charge.at, c.unit_price) as amount,
      quote_charge.segments
        * notify_private.unit_price(quote_charge.channel, n.country, t.currency, quote_charge.at, t.unit_price) as total_amount
  ) as p
$$;
comment on function notify_private.quote_charge(uuid, text, text, integer, timestamptz) is
  'What a delivery on a paid channel costs and where that counts, and why there is no room for it: '
  'person_cap or number_cap (as many as a limit allows), country_cap or total_cap (the day''s money); null: there is.';
