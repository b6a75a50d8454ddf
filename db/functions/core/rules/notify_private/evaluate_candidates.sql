create or replace function notify_private.evaluate_candidates(candidates notify_private.candidate[], at timestamptz)
returns notify_private.verdict[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  -- A variable, because a function is not inlined whose argument is a query.
  inputs constant notify_private.rule_inputs[] := array(select i from notify_private.rule_inputs(candidates, at) as i);
begin
  return array(select v from notify_private.evaluate_rules(inputs) as v);
end
$$;
comment on function notify_private.evaluate_candidates(notify_private.candidate[], timestamptz) is
  'What becomes of each candidate at an instant: evaluate_rules() of its rule_inputs(). Reads only; plan() calls it under the recipients'' '
  'locks and applies the answer, predict() calls it without. Exactly one verdict per candidate whose recipient and type exist.';
