create or replace function notify_private.deliveries_of_person(user_id uuid) returns uuid[]
language sql stable set search_path = pg_catalog, pg_temp
as $$
  -- Reads the whole table: an index by recipient would cost every delivery some ten per cent for what is asked hardly ever.
  select array(select d.id from notify.deliveries as d where d.recipient_id = deliveries_of_person.user_id)
$$;
comment on function notify_private.deliveries_of_person(uuid) is 'Ids of all deliveries to a person.';
