create or replace function accounts_private.tg_logins__add_activity() returns trigger
language plpgsql volatile
-- Definer: nobody may insert activities.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into notify.activities
    (user_id, type, resource_type, resource_id, action, status, title, description, metadata, ip_address, user_agent)
  select
    c.user_id, 'login', 'login', c.id::text, w.status, w.status, accounts_private.activity_title('login_' || w.status, u.locale),
    nullif(pg_catalog.concat_ws(', ', c.device, c.place), ''),
    pg_catalog.jsonb_build_object('newDevice', c.is_new_device, 'suspicious', c.is_suspicious),
    coalesce(c.ip_address, notify_hidden.request_ip()), coalesce(c.user_agent, notify_hidden.request_user_agent())
  from changed as c
  join notify.users as u on u.id = c.user_id
  cross join lateral (select case when c.succeeded then 'completed' else 'failed' end as status) as w
  order by c.id;
  return null;
end
$$;
comment on function accounts_private.tg_logins__add_activity() is
  'NC-21: each attempt to log in is an activity.';

create or replace trigger _800_add_activity_new
  after insert on accounts.logins
  referencing new table as changed
  for each statement execute function accounts_private.tg_logins__add_activity();
