create or replace function notify.backtest_cases(
  since timestamptz, until timestamptz, changes jsonb default '{}', part integer default 0, parts integer default 1,
  new_outcome text default null, max_rows integer default 100
) returns setof notify.backtest_case
language plpgsql
-- Stable: it cannot write.
stable
-- Definer: the engine's rules over everybody's past. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify_private.require_backtest(backtest_cases.since, backtest_cases.until, backtest_cases.part, backtest_cases.parts);
  if max_rows is null or max_rows not between 1 and 10000 then
    raise exception 'max_rows: must be from 1 to 10000' using errcode = 'RBINV', column = 'max_rows';
  end if;
  return query
  select r.*
  from notify_private.replay(
    backtest_cases.since, backtest_cases.until, backtest_cases.changes, backtest_cases.part, backtest_cases.parts) as r
  where (r.outcome, r.rule) is distinct from (r.new_outcome, r.new_rule)
    and (backtest_cases.new_outcome is null or r.new_outcome = backtest_cases.new_outcome)
  order by r.event_id, r.recipient_id, r.channel
  limit backtest_cases.max_rows;
end
$$;
comment on function notify.backtest_cases(timestamptz, timestamptz, jsonb, integer, integer, text, integer) is $$
@values new_outcome DecisionOutcome
For operators: the candidates themselves that backtest() says would have ended otherwise, oldest event first, at most
10000; new_outcome: only those that would have ended so.
$$;
grant execute on function notify.backtest_cases(timestamptz, timestamptz, jsonb, integer, integer, text, integer) to rowbell_operator;
