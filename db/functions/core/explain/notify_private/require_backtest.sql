create or replace function notify_private.require_backtest(since timestamptz, until timestamptz, part integer, parts integer) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  if since is null or until is null or not isfinite(since) or not isfinite(until) or since >= until then
    raise exception 'since, until: must be instants, the first before the second' using errcode = 'RBINV';
  end if;
  if parts is null or parts not between 1 and 1000 or part is null or part not between 0 and parts - 1 then
    raise exception 'part, parts: from 0 to parts - 1, of at most 1000' using errcode = 'RBINV';
  end if;
end
$$;
comment on function notify_private.require_backtest(timestamptz, timestamptz, integer, integer) is
  'Raises RBINV unless a back-test can be of this time and share of people.';
