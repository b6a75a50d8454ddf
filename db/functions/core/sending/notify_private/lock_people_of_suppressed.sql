create or replace function notify_private.lock_people_of_suppressed(taken notify_private.claimable[], at timestamptz)
returns notify_private.claimable[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  people uuid[];
  later uuid[];
begin
  people := array(
    select u.id from notify.users as u
    where u.id in (select t.recipient_id from unnest(taken) as t where t.fate = 'suppressed')
    -- Without waiting: whoever holds a person may wait for these deliveries.
    order by u.id for no key update skip locked
  );
  later := array(select t.delivery_id from unnest(taken) as t where t.fate = 'suppressed' and t.recipient_id <> all (people));
  if pg_catalog.cardinality(later) = 0 then
    return taken;
  end if;
  update notify.deliveries as d set due_at = at + interval '1 second' where d.id = any (later);
  return array(select t from unnest(taken) as t where t.delivery_id <> all (later));
end
$$;
comment on function notify_private.lock_people_of_suppressed(notify_private.claimable[], timestamptz) is
  'Locks the people of what ends suppressed, so that give_back() may follow; whom somebody else holds comes a second later. Part of '
  'claim_deliveries().';
