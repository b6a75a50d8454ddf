create or replace function notify.set_consent_rule(region text, regime text, note text default null) returns notify.consent_rules
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  -- Writes as the caller, whose grants are the check.
  wrong constant text[] := case
    when coalesce(set_consent_rule.region, '') !~ '^([A-Z]{2}(-[A-Z0-9]{1,3})?|\*)$'
      then array['region', 'must be ISO 3166 such as FR or US-CA, or * for all others']
    when coalesce(set_consent_rule.regime, '') not in ('opt_in', 'opt_out') then array['regime', 'must be opt_in or opt_out']
  end;
  rule notify.consent_rules;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  insert into notify.consent_rules as r (region, regime, note)
  values (set_consent_rule.region, set_consent_rule.regime, set_consent_rule.note)
  on conflict (region) do update set regime = excluded.regime, note = coalesce(excluded.note, r.note)
  returning * into rule;
  perform notify_hidden.note_operator_action('set_consent_rule', rule.region, set_consent_rule.note,
    pg_catalog.jsonb_build_object('regime', rule.regime));
  return rule;
end
$$;
comment on function notify.set_consent_rule(text, text, text) is $$
@values regime ConsentRuleRegime
For operators: what a country, a subdivision or ("*") every other region asks for before something promotional may be
sent: opt_in or opt_out.
$$;
grant execute on function notify.set_consent_rule(text, text, text) to rowbell_operator;
