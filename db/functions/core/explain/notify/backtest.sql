create or replace function notify.backtest(
  since timestamptz, until timestamptz, changes jsonb default '{}', part integer default 0, parts integer default 1
) returns setof notify.backtest_total
language plpgsql
-- Stable: it cannot write.
stable
-- Definer: the engine's rules over everybody's past. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify_private.require_backtest(backtest.since, backtest.until, backtest.part, backtest.parts);
  return query
  select r.type_key, r.channel, r.outcome, r.rule, r.new_outcome, r.new_rule, pg_catalog.count(*) as total
  from notify_private.replay(backtest.since, backtest.until, backtest.changes, backtest.part, backtest.parts) as r
  group by 1, 2, 3, 4, 5, 6
  order by 7 desc, 1, 2, 3, 4, 5, 6;
end
$$;
comment on function notify.backtest(timestamptz, timestamptz, jsonb, integer, integer) is
  'For operators: what would have become of the candidates of a time under other settings, against what did. changes: {"daily_cap": 5, '
  '"quiet_hours": [{"weekday": 1, "starts_at": "22:00", "ends_at": "07:00"}], "types": {"order_placed": {"default_channels": ["push"]}}}; '
  'also capped_channels, rolling_cap, rolling_window, quiet_channels, attention_channels and, per type, enabled, default_frequency, '
  'cap_excess, dedupe_window, attention_channels. part of parts: a share of the people, where all of them take too long '
  'for one answer; the totals add up. Writes nothing.';
grant execute on function notify.backtest(timestamptz, timestamptz, jsonb, integer, integer) to rowbell_operator;
