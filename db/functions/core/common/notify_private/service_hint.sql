create or replace function notify_private.service_hint(field text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  -- A field of one of many is "events[2].type_key".
  select case pg_catalog.regexp_replace(service_hint.field, '^.*\.', '')
    when 'type_key' then 'select key from notify.notification_types lists the types; a new one is a row there, with its copy.'
    when 'journey_key' then 'select key from notify.journeys lists the journeys; a new one is a row there, with its steps.'
    when 'user_id' then 'A person is a row of notify.users, by its id and not by external_id: insert it first.'
    when 'time_zone' then 'The names are those of IANA (Europe/Paris): select name from pg_timezone_names.'
    when 'subject_id' then 'Give both or neither: subject_type => ''order'', subject_id => the uuid of the order.'
    when 'data' then 'Give ids, and let the audience function join your own tables.'
    when 'idempotency_key' then 'Make it of what happened ("order:1234:paid"), or leave it null.'
    when 'due_at' then 'Leave it null for now.'
    when 'weekdays' then 'For weekends: ''{6,7}''.'
    else 'The function''s comment says what it takes: \df+ in psql shows it.'
  end
$$;
comment on function notify_private.service_hint(text) is
  'What a service should do about a field that was refused. Never null, which RAISE does not take.';
