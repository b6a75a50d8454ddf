create or replace function notify_private.pass_over_held(
  events notify.events[], members notify_private.audience_member[], people uuid[]
) returns notify_private.audience_member[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
begin
  insert into notify_private.audience_rest (event_id, slice, members, due_at)
  select
    m.event_id,
    coalesce((select max(r.slice) + 1 from notify_private.audience_rest as r where r.event_id = m.event_id), 0),
    pg_catalog.array_agg(m),
    -- A quarter of the time that it has waited already: soon where somebody holds them for a moment, seldom where for long.
    at + least(greatest((at - min(e.due_at)) / 4, interval '20 milliseconds'), interval '1 second')
  from unnest(members) as m
  join unnest(events) as e on e.id = m.event_id
  left join unnest(people) as p (id) on p.id = m.recipient_id
  -- Strangers, whom nobody holds, are left out by the rules.
  cross join lateral (select from notify.users as u where u.id = m.recipient_id limit 1) as known
  where p.id is null
  group by m.event_id;
  return array(select m from unnest(members) as m join unnest(people) as p (id) on p.id = m.recipient_id);
end
$$;
comment on function notify_private.pass_over_held(notify.events[], notify_private.audience_member[], uuid[]) is
  'Writes down for later those of an audience who are not among the people that plan() could lock, and returns the others.';
