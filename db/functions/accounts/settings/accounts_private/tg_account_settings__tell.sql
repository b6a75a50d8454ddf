create or replace function accounts_private.tg_account_settings__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may write account settings need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  told uuid[];
begin
  if tg_op = 'INSERT' then
    told := array(select c.id from changed as c);
  else
    told := array(
      select c.id from changed as c join outdated as o on o.id = c.id
      where (c.value, c.changed_at) is distinct from (o.value, o.changed_at)
    );
  end if;
  if pg_catalog.cardinality(told) > 0 then
    insert into notify.events (type_key, subject_type, subject_id)
    select case when c.is_security then 'security_setting_changed' else 'setting_changed' end, 'setting', c.id
    from changed as c where c.id = any (told) order by c.id;
  end if;
  return null;
end
$$;
comment on function accounts_private.tg_account_settings__tell() is
  'A setting that was set or changed. The same value again is no news, unless changed_at says that it is.';

create or replace trigger _900_tell_new
  after insert on accounts.account_settings
  referencing new table as changed
  for each statement execute function accounts_private.tg_account_settings__tell();
create or replace trigger _900_tell
  after update on accounts.account_settings
  referencing old table as outdated new table as changed
  for each statement execute function accounts_private.tg_account_settings__tell();
