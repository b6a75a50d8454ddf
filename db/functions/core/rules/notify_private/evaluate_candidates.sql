create or replace function notify_private.evaluate_candidates(candidates notify_private.candidate[], at timestamptz)
returns setof notify_private.verdict
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select * from notify_private.evaluate_rules(array(select f from notify_private.rule_inputs(candidates, at) as f))
$$;
comment on function notify_private.evaluate_candidates(notify_private.candidate[], timestamptz) is
  'What becomes of each candidate at an instant: evaluate_rules() of its rule_inputs(). Reads only; plan() calls it under the recipients'' '
  'locks and applies the answer, predict() calls it without. Exactly one verdict per candidate whose recipient and type exist.';
