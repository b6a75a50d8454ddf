create or replace function notify_private.evaluate(candidates notify_private.candidate[], at timestamptz)
returns setof notify_private.verdict
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select * from notify_private.judge(array(select f from notify_private.facts(candidates, at) as f))
$$;
comment on function notify_private.evaluate(notify_private.candidate[], timestamptz) is
  'What becomes of each candidate at an instant: judge() of its facts(). Reads only; plan() calls it under the recipients'' '
  'locks and applies the answer, predict() calls it without. Exactly one verdict per candidate whose recipient and type exist.';
