create or replace function notify_private.no_longer_relevant(candidates notify_private.candidate[])
returns table (event_id uuid, recipient_id uuid)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  predicate record;
begin
  -- One statement for all candidates of a predicate; most batches have none.
  for predicate in
    select pg_catalog.regexp_replace(t.still_relevant, '^(.+)\.(.+)$', '"\1"."\2"') as name, pg_catalog.array_agg(c.type_key) as type_keys
    from (select distinct x.type_key from unnest(candidates) as x) as c
    cross join lateral (select x.still_relevant from notify.notification_types as x where x.key = c.type_key limit 1) as t
    where t.still_relevant is not null
    group by t.still_relevant
  loop
    return query execute pg_catalog.format(
      'select i.event_id, i.recipient_id
       from (select distinct c.event_id, c.recipient_id from unnest($1) as c where c.type_key = any ($2) and c.event_id is not null) as i
       where %s(i.event_id, i.recipient_id) is not true',
      predicate.name)
    using candidates, predicate.type_keys;
  end loop;
end
$$;
comment on function notify_private.no_longer_relevant(notify_private.candidate[]) is
  'Which of these events no longer matter to which of these people, by the types'' still_relevant functions. Raises what those raise.';
