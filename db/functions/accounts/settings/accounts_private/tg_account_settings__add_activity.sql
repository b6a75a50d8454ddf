create or replace function accounts_private.tg_account_settings__add_activity() returns trigger
language plpgsql volatile
-- Definer: nobody may insert activities.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  news uuid[];
  removed uuid[];
begin
  if tg_op = 'INSERT' then
    news := array(select c.id from changed as c);
  else
    news := array(select c.id from changed as c join outdated as o on o.id = c.id
      where (c.value, c.changed_at) is distinct from (o.value, o.changed_at));
    removed := array(select c.id from changed as c join outdated as o on o.id = c.id where o.value is not null and c.value is null);
  end if;
  insert into notify.activities (user_id, type, resource_type, resource_id, action, title, description, metadata)
  select
    c.user_id, 'settings', 'setting', c.id::text, w.status, accounts_private.activity_title('settings_' || w.status, u.locale),
    accounts_private.named('setting', c.name, u.locale), pg_catalog.jsonb_build_object('name', c.name)
  from changed as c
  join notify.users as u on u.id = c.user_id
  cross join lateral (
    select case when tg_op = 'INSERT' then 'created' when c.id = any (removed) then 'deleted' else 'updated' end as status
  ) as w
  where c.id = any (news)
  order by c.id;
  return null;
end
$$;
comment on function accounts_private.tg_account_settings__add_activity() is
  'NC-21: a setting that is set, changed or removed is an activity, without its value.';

create or replace trigger _800_add_activity_new
  after insert on accounts.account_settings
  referencing new table as changed
  for each statement execute function accounts_private.tg_account_settings__add_activity();
create or replace trigger _800_add_activity
  after update on accounts.account_settings
  referencing old table as outdated new table as changed
  for each statement execute function accounts_private.tg_account_settings__add_activity();
