create or replace function notify.delete_consent_rule(region text, note text default null) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  if delete_consent_rule.region = '*' then
    raise exception 'region: the rule for all others is needed' using errcode = 'RBINV', column = 'region';
  end if;
  delete from notify.consent_rules as r where r.region = delete_consent_rule.region;
  if not found then
    return false;
  end if;
  perform notify_hidden.note_operator_action('delete_consent_rule', delete_consent_rule.region, delete_consent_rule.note);
  return true;
end
$$;
comment on function notify.delete_consent_rule(text, text) is
  'For operators: a region''s own rule goes, the next wider one holds. Deletes '
  'as the caller, whose grant is the check. False where there was none.';
grant execute on function notify.delete_consent_rule(text, text) to rowbell_operator;
