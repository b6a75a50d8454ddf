create or replace function trips.create_circle(name text) returns trips.circles
language plpgsql volatile
-- Definer: people have no grant to write here; the first line says who calls.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  circle trips.circles;
begin
  perform trips_private.check_text('name', create_circle.name, 120);
  insert into trips.circles (name) values (create_circle.name) returning * into circle;
  insert into trips.memberships (circle_id, user_id) values (circle.id, me);
  return circle;
end
$$;
comment on function trips.create_circle(text) is 'Makes a circle with the caller as its first member.';
grant execute on function trips.create_circle(text) to rowbell_user;
