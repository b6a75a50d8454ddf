create or replace function notify_hidden.rules() returns table ("position" integer, rule text, keys text[])
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  values
    (1, 'type', '{}'::text[]),
    (2, 'expiry', '{expires_at}'),
    (3, 'still_relevant', '{relevant}'),
    (4, 'consent', '{consent,region}'),
    (5, 'preference', '{enabled,frequency,source}'),
    (6, 'inbox', '{inbox}'),
    (7, 'address', '{known,unverified}'),
    (8, 'suppression_list', '{known,usable,suppression}'),
    (9, 'fallback', '{fallback,step}'),
    (10, 'attention', '{priority,attention_until,seen}'),
    (11, 'dedupe', '{key,used_by}'),
    (12, 'spending_cap', '{spending}'),
    (13, 'daily_cap', '{priority,capped,cap,count,day,excess}'),
    (14, 'rolling_cap', '{priority,capped,rolling_cap,rolling_count,rolling_window,excess}'),
    (15, 'quiet_hours', '{priority,zone,quiet_until}'),
    (16, 'digest', '{frequency,digest_at}')
$$;
comment on function notify_hidden.rules() is
  'The rules in their order, each with the keys of decisions.rule_inputs that it looks at; a test compares them with docs/rules.md and '
  'evaluate_rules().';
grant execute on function notify_hidden.rules() to rowbell_user, rowbell_operator;
