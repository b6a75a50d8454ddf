create or replace function notify_hidden.format_instant(at timestamptz, zone text) returns text
language sql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case when isfinite(at) then
    pg_catalog.to_char(at at time zone coalesce(zone, 'UTC'), 'YYYY-MM-DD HH24:MI') || ' (' || coalesce(zone, 'UTC') || ')'
  end
$$;
comment on function notify_hidden.format_instant(timestamptz, text) is
  'An instant as people read it, on the wall clock of a zone (null: UTC); null for infinity.';
grant execute on function notify_hidden.format_instant(timestamptz, text) to rowbell_user, rowbell_operator;
