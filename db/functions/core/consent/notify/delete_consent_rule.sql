create or replace function notify.delete_consent_rule(region text) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  if delete_consent_rule.region = '*' then
    raise exception 'region: the rule for all others is needed' using errcode = 'RBINV', column = 'region';
  end if;
  delete from notify.consent_rules as r where r.region = delete_consent_rule.region;
  return found;
end
$$;
comment on function notify.delete_consent_rule(text) is
  'For operators: a region''s own rule goes, the next wider one holds. Deletes '
  'as the caller, whose grant is the check. False where there was none.';
grant execute on function notify.delete_consent_rule(text) to rowbell_operator;
