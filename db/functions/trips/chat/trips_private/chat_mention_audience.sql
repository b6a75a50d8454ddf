-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.chat_mention_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.event_id, a.user_id, 'default', e.variables
  from trips_private.trip_events as e
  join trips.trip_message_mentions as m on m.message_id = (e.data ->> 'messageId')::pg_catalog.uuid
  join trips_private.active_travelers as a on a.trip_id = e.trip_id and a.user_id = m.user_id
  where e.event_id = any (event_ids) and a.user_id is distinct from e.actor_id
    and not coalesce(e.data -> 'unheard' ? (a.user_id::pg_catalog.text), false)
$$;
comment on function trips_private.chat_mention_audience(uuid[]) is
  'TR-25: who is mentioned in the message (data.messageId), travels, did '
  'not write it, and hears of its author (data.unheard names who does not).';
