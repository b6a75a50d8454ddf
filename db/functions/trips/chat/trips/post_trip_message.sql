create or replace function trips.post_trip_message(trip_id uuid, body text, mentioned_ids uuid[] default null) returns trips.trip_messages
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_traveled_trip(post_trip_message.trip_id);
  message trips.trip_messages;
begin
  perform trips_private.check_text('body', post_trip_message.body, 4000);
  if exists (
    select from unnest(post_trip_message.mentioned_ids) as m (id)
    where not exists (select from trips_private.active_travelers as a where a.trip_id = trip.id and a.user_id = m.id)
  ) then
    raise exception 'mentioned_ids: not all of them travel on this trip' using errcode = 'RBNFD', column = 'mentioned_ids';
  end if;
  insert into trips.trip_messages (trip_id, author_id, body) values (trip.id, me, post_trip_message.body) returning * into message;
  if pg_catalog.cardinality(post_trip_message.mentioned_ids) > 0 then
    insert into trips.trip_message_mentions (message_id, user_id)
    select distinct message.id, m.id from unnest(post_trip_message.mentioned_ids) as m (id);
  end if;
  return message;
end
$$;
comment on function trips.post_trip_message(uuid, text, uuid[]) is
  'Says something to those one travels with, and whom it mentions.';
grant execute on function trips.post_trip_message(uuid, text, uuid[]) to rowbell_user;
