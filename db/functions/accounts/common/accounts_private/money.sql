create or replace function accounts_private.money(amount numeric, currency text, locale text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case
    when f.is_french then f.sign || pg_catalog.translate(f.digits, ',.', U&'\202F,') || U&'\00A0' || coalesce(f.symbol, money.currency)
    else f.sign || coalesce(f.symbol, money.currency || U&'\00A0') || f.digits
  end
  from (
    select
      pg_catalog.split_part(money.locale, '-', 1) = 'fr' as is_french,
      case when money.amount < 0 then '-' else '' end as sign,
      case money.currency when 'EUR' then '€' when 'USD' then '$' when 'GBP' then '£' when 'JPY' then '¥' end as symbol,
      pg_catalog.to_char(pg_catalog.abs(money.amount),
        case when money.currency in ('JPY', 'KRW', 'VND', 'XAF', 'XOF', 'XPF') then 'FM999,999,999,999,990'
          else 'FM999,999,999,999,990.00' end) as digits
  ) as f
$$;
comment on function accounts_private.money(numeric, text, text) is
  'An amount as people write it: "€1,204.20" in English, "1 204,20 €" in French (with spaces that do not break).';
