create or replace function notify_private.limit_chunk_per_person(
  sender_id smallint, lane text, at timestamptz, taken notify_private.claimable[], to_spare boolean
) returns notify_private.claimable[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  -- A tenth, and so many of those that wait are looked at for others.
  places constant integer := greatest(pg_catalog.cardinality(taken) / 10, 1);
  seen constant integer := 10 * pg_catalog.cardinality(taken);
  people constant uuid[] := array(select t.recipient_id from unnest(taken) as t group by t.recipient_id having count(*) > places);
  others uuid[];
  instead notify_private.claimable[];
  beyond uuid[];
begin
  if pg_catalog.cardinality(people) = 0 then
    return taken;
  end if;
  others := array(
    select w.id
    from (
      select q.id, q.recipient_id, q.due_at from notify.deliveries as q
      where q.sender_id = sender_id and q.lane = lane and q.status = 'queued' and q.due_at <= at
      order by q.due_at limit seen
    ) as w
    where w.recipient_id <> all (people)
      and w.id <> all (array(select t.delivery_id from unnest(taken) as t where t.recipient_id <> all (people)))
    order by w.due_at
    limit (select sum(o.excess) from (
      select count(*) - places as excess from unnest(taken) as t where t.recipient_id = any (people) group by t.recipient_id
    ) as o)
  );
  if pg_catalog.cardinality(others) = 0 then
    return taken;
  end if;
  instead := notify_private.lock_due_deliveries(sender_id, lane, at, pg_catalog.cardinality(others), others, to_spare => to_spare);
  -- Those go that came last of the people who have most.
  beyond := array(
    select r.delivery_id
    from (
      select t.delivery_id, row_number() over (partition by t.recipient_id order by t.ordinality) as place
      from unnest(taken) with ordinality as t
    ) as r
    where r.place > places order by r.place desc limit pg_catalog.cardinality(instead)
  );
  return instead || array(select t from unnest(taken) as t where t.delivery_id <> all (beyond));
end
$$;
comment on function notify_private.limit_chunk_per_person(smallint, text, timestamptz, notify_private.claimable[], boolean) is
  'Of a full chunk about to be claimed, nobody has more than a tenth while others '
  'wait: those who wait take the places of the rest, which stays where it is.';
