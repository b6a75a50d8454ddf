create or replace function notify.set_spending_cap(
  channel text, country text, per_day numeric, currency text default null, unit_price numeric default null,
  note text default null
) returns notify.spending_caps
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  -- Writes as the caller, whose grants are the check.
  standing notify.spending_caps;
  wrong constant text[] := case
    when coalesce(channel, '') not in ('sms', 'voice') then array['channel', 'must be sms or voice']
    when coalesce(country, '') !~ '^([A-Z]{2}|\*|all)$' then array['country', 'must be ISO 3166 such as FR, * for all others, or all']
    when coalesce(per_day, -1) < 0 or per_day >= 'Infinity' then array['per_day', 'must be an amount of at least 0']
    when currency !~ '^[A-Z]{3}$' then array['currency', 'must be ISO 4217 such as EUR']
    when unit_price < 0 or unit_price >= 'Infinity' then array['unit_price', 'must be an amount of at least 0']
  end;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  select * into standing from notify.spending_caps as c
  where c.channel = channel and c.country in (country, '*') order by c.country = '*' limit 1;
  if currency <> standing.currency and unit_price is null then
    raise exception 'unit_price: must be given in another currency' using errcode = 'RBINV', column = 'unit_price';
  end if;
  insert into notify.spending_caps (channel, country, per_day, currency, unit_price)
  values (channel, country, per_day, coalesce(currency, standing.currency), coalesce(unit_price, standing.unit_price))
  on conflict on constraint spending_caps_pkey do update set
    per_day = excluded.per_day, currency = excluded.currency, unit_price = excluded.unit_price
  returning * into standing;
  perform notify_hidden.note_operator_action('set_spending_cap', channel || ' ' || country, note,
    pg_catalog.jsonb_build_object('perDay', standing.per_day, 'currency', standing.currency, 'unitPrice', standing.unit_price));
  return standing;
end
$$;
comment on function notify.set_spending_cap(text, text, numeric, text, numeric, text) is
  'For operators: how much may be spent a day (UTC) on SMS or calls to a country, to each country without a cap of its own ("*"), or to '
  'all countries together ("all"). Currency and unit_price stay as they are, or as those of "*", where they are not given.';
grant execute on function notify.set_spending_cap(text, text, numeric, text, numeric, text) to rowbell_operator;
