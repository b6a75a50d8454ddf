create or replace function notify_private.consent_regime(region text) returns table (regime text)
language sql stable parallel safe
as $$
  select r.regime from notify.consent_rules as r
  where r.region in (consent_regime.region, pg_catalog.split_part(consent_regime.region, '-', 1), '*')
  order by pg_catalog.length(r.region) desc limit 1
$$;
comment on function notify_private.consent_regime(text) is
  'What a region asks for, opt_in or opt_out: the subdivision''s rule (US-CA) before the country''s '
  '(US) before "*", which also answers for null. A set of one row, because only those are inlined.';
