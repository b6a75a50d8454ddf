create or replace function notify_private.unit_price(channel text, country text, currency text, at timestamptz, otherwise numeric)
returns numeric
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select coalesce((
    select x.price from notify.sms_prices as x
    where unit_price.channel = 'sms' and x.country = unit_price.country and x.currency = unit_price.currency
      and x.valid_from <= unit_price.at
    order by x.valid_from desc limit 1
  ), otherwise)
$$;
comment on function notify_private.unit_price(text, text, text, timestamptz, numeric) is
  'What a segment of an SMS to a country costs in a currency at an instant; otherwise: where none is known, and for a call.';
