create or replace function notify_private.ring(kind text, people uuid[], ids uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  -- Whatever is older is finished, so its doorbell stands before this one: the queue's order is that of commits. Whoever has had this
  -- doorbell's frame has had theirs, and may go on from here.
  safe constant text := pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text;
  at constant text := pg_catalog.floor(extract(epoch from pg_catalog.clock_timestamp()) * 1000)::bigint::text;
begin
  -- 32 bytes a pair, in base64 without its line ends: 170 pairs are 7 254 characters, of which PostgreSQL takes 7 999. Not by
  -- translate(), which takes half a microsecond a pair.
  perform pg_catalog.pg_notify('rowbell_live', pg_catalog.concat_ws(' ', ring.kind, safe, at, pg_catalog.replace(
    pg_catalog.encode(p.pairs, 'base64'), E'\n', '')))
  from pg_catalog.generate_series(1, pg_catalog.cardinality(ids), 170) as first
  cross join lateral (
    select pg_catalog.string_agg(pg_catalog.uuid_send(x.person) || pg_catalog.uuid_send(x.id), ''::bytea) as pairs
    from unnest(people[first:first + 169], ids[first:first + 169]) as x (person, id)
  ) as p;
end
$$;
comment on function notify_private.ring(text, uuid[], uuid[]) is
  'Rings for API processes when the caller commits: a kind, the oldest transaction that is not finished, the clock, and pairs of a person '
  'and an id. Ids and nothing else, because everybody who may connect may listen.';
