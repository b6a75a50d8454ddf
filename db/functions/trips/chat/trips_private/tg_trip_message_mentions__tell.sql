create or replace function trips_private.tg_trip_message_mentions__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may write messages need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from inserted) then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select
    'chat_mention', m.author_id, 'trip', m.trip_id,
    pg_catalog.jsonb_build_object('messageId', m.message_id, 'unheard', pg_catalog.jsonb_agg(m.user_id) filter (where not m.is_heard))
  from (
    select
      i.message_id, m.author_id, m.trip_id, i.user_id,
      -- While nobody is told of mentions, none is counted either.
      not t.enabled or i.user_id = m.author_id or trips_private.share_circle(m.author_id, i.user_id)
        or notify_private.take_limit('strangers_heard', i.user_id) as is_heard
    from inserted as i
    join trips.trip_messages as m on m.id = i.message_id
    join notify.notification_types as t on t.key = 'chat_mention'
    -- In order of the people, whose limits are taken.
    order by i.user_id, i.message_id offset 0
  ) as m
  group by m.message_id, m.author_id, m.trip_id;
  return null;
end
$$;
comment on function trips_private.tg_trip_message_mentions__tell() is
  'TR-25: a message mentions somebody. One event a message and statement. SE-5: whom a stranger mentions is not '
  'told (data.unheard) once they have heard of as many as they may in a day; the mention stands in the chat.';

create or replace trigger _900_tell
  after insert on trips.trip_message_mentions
  referencing new table as inserted
  for each statement execute function trips_private.tg_trip_message_mentions__tell();
