-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.window_supported_author_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.event_id, w.author_id, 'default',
    e.variables || pg_catalog.jsonb_build_object(
      'windowId', w.id, 'authorUserId', w.author_id, 'SupporterName', coalesce(supporter.name, 'Someone'))
  from trips_private.trip_events as e
  join trips.date_windows as w on w.id = (e.data ->> 'windowId')::pg_catalog.uuid
  join trips_private.active_travelers as a on a.trip_id = e.trip_id and a.user_id = w.author_id
  left join notify.users as supporter on supporter.id = e.actor_id
  where e.event_id = any (event_ids) and w.author_id is distinct from e.actor_id
$$;
comment on function trips_private.window_supported_author_audience(uuid[]) is
  'TR-10: the author of the dates (data.windowId), while still travelling and unless they like their own.';
