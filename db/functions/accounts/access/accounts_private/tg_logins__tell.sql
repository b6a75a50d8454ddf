create or replace function accounts_private.tg_logins__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may write logins need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into notify.events (type_key, subject_type, subject_id)
  select case when c.is_suspicious then 'login_suspicious' else 'login_new_device' end, 'login', c.id
  from changed as c
  where c.is_suspicious or c.is_new_device and c.succeeded
  order by c.id;
  return null;
end
$$;
comment on function accounts_private.tg_logins__tell() is
  'A log-in that is suspicious, whether it succeeded or not, or that succeeded from a new device: one event.';

create or replace trigger _900_tell_new
  after insert on accounts.logins
  referencing new table as changed
  for each statement execute function accounts_private.tg_logins__tell();
