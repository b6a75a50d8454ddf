create or replace function accounts_private.tg_api_keys__add_activity() returns trigger
language plpgsql volatile
-- Definer: nobody may insert activities.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  news uuid[];
  revoked uuid[];
begin
  if tg_op = 'INSERT' then
    news := array(select c.id from changed as c);
  else
    news := array(select c.id from changed as c join outdated as o on o.id = c.id
      where o.name <> c.name or o.revoked_at is null and c.revoked_at is not null);
    revoked := array(select c.id from changed as c join outdated as o on o.id = c.id
      where o.revoked_at is null and c.revoked_at is not null);
  end if;
  insert into notify.activities (user_id, type, resource_type, resource_id, action, title, description, metadata)
  select
    c.user_id, 'api_key', 'api_key', c.id::text, w.status, accounts_private.activity_title('api_key_' || w.status, u.locale),
    c.name || ' (' || c.prefix || '…)', pg_catalog.jsonb_build_object('name', c.name, 'prefix', c.prefix)
  from changed as c
  join notify.users as u on u.id = c.user_id
  -- A name changed after the key was revoked is a name changed; both at once are a key revoked.
  cross join lateral (
    select case when tg_op = 'INSERT' then 'created' when c.id = any (revoked) then 'deleted' else 'updated' end as status
  ) as w
  where c.id = any (news)
  order by c.id;
  return null;
end
$$;
comment on function accounts_private.tg_api_keys__add_activity() is
  'NC-21: a key that is made, renamed or revoked is an activity.';

create or replace trigger _800_add_activity_new
  after insert on accounts.api_keys
  referencing new table as changed
  for each statement execute function accounts_private.tg_api_keys__add_activity();
create or replace trigger _800_add_activity
  after update on accounts.api_keys
  referencing old table as outdated new table as changed
  for each statement execute function accounts_private.tg_api_keys__add_activity();
