create or replace function trips_private.nudge(trip_ids uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  nudges trips_private.nudge[];
begin
  -- Two who answer at the same instant would each count without the other and neither reach the share. Whoever comes
  -- second waits here and then counts both. In id order, hence no deadlock.
  perform from trips.trips as t
  where t.id = any (trip_ids) and t.status in ('scheduling', 'proposed')
  order by t.id for no key update;
  if not found then
    return;
  end if;

  select pg_catalog.array_agg(row(n.type_key, n.trip_id, n.data)::trips_private.nudge) into nudges
  from (
    -- TR-N1: for enough of the travelers, the leader left out, the proposed dates work.
    select 'leader_can_lock_dates' as type_key, t.id as trip_id,
      pg_catalog.jsonb_build_object('windowId', t.proposed_window_id, 'works', c.works) as data
    from trips.trips as t
    cross join trips.settings as s
    cross join lateral (
      select pg_catalog.count(*) as others, pg_catalog.count(*) filter (where r.works) as works
      from trips_private.active_travelers as a
      left join trips.proposal_reactions as r on r.date_window_id = t.proposed_window_id and r.user_id = a.user_id
      where a.trip_id = t.id and a.user_id is distinct from t.leader_id
    ) as c
    where t.id = any (trip_ids) and t.status = 'proposed' and t.proposed_window_id is not null
      and c.works > 0 and c.works >= s.lock_threshold * c.others
    union all
    -- TR-N2: over half of the travelers have suggested or supported dates; the first of those with most support lead.
    select 'leader_ready_to_propose', t.id, pg_catalog.jsonb_build_object('windowId', l.date_window_id)
    from trips.trips as t
    cross join lateral (
      select
        pg_catalog.count(*) as travelers,
        pg_catalog.count(*) filter (
          where exists (select from trips_private.contributors as x where x.trip_id = t.id and x.user_id = a.user_id)
        ) as weighed_in
      from trips_private.active_travelers as a where a.trip_id = t.id
    ) as c
    cross join lateral (
      select x.date_window_id
      from trips_private.contributors as x
      join trips_private.active_travelers as a on a.trip_id = x.trip_id and a.user_id = x.user_id
      where x.trip_id = t.id
      group by x.date_window_id
      order by pg_catalog.count(*) desc, x.date_window_id limit 1
    ) as l
    where t.id = any (trip_ids) and t.status = 'scheduling' and c.weighed_in * 2 > c.travelers
  ) as n;
  if nudges is null then
    return;
  end if;
  insert into notify.events (type_key, subject_type, subject_id, data)
  select n.type_key, 'trip', n.trip_id, n.data from unnest(nudges) as n;
end
$$;
comment on function trips_private.nudge(uuid[]) is
  'TR-N1, TR-N2: makes the events that nudge a leader, for those of these trips '
  'where it is time. How often a leader hears it is the types'' dedupe window.';
