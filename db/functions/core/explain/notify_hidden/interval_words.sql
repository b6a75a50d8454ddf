create or replace function notify_hidden.interval_words(span interval) returns jsonb
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_build_object('N', u.n, 'words', array['interval.' || u.unit || '.' || u.n, 'interval.' || u.unit])
  from (select extract(epoch from span)::bigint as seconds) as s
  cross join lateral (
    select
      case when s.seconds % 86400 = 0 and s.seconds > 86400 then 'days' when s.seconds % 3600 = 0 then 'hours' else 'minutes' end as unit,
      case when s.seconds % 86400 = 0 and s.seconds > 86400 then s.seconds / 86400 when s.seconds % 3600 = 0 then s.seconds / 3600
        else pg_catalog.ceil(s.seconds / 60.0)::bigint end as n
  ) as u
$$;
comment on function notify_hidden.interval_words(interval) is
  'How long a time is, as keys of notify_private.sentences: "interval.hours.1" before "interval.hours" with {N}. A language says numbers '
  'that it treats apart in rows of their own.';
grant execute on function notify_hidden.interval_words(interval) to rowbell_user, rowbell_operator;
