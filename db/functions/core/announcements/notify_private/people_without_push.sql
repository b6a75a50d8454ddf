-- Without settings of its own, so that it is inlined where somebody asks about some people.
create or replace function notify_private.people_without_push() returns setof uuid
language sql stable
as $$
  select u.id from notify.users as u
  where not exists (select from notify.devices as d where d.user_id = u.id and d.deactivated_at is null)
$$;
comment on function notify_private.people_without_push() is 'The segment without_push: people whom no push reaches.';
