create or replace function accounts_private.tg_api_keys__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may write api keys need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    insert into notify.events (type_key, subject_type, subject_id)
    select 'api_key_created', 'api_key', c.id from changed as c where c.revoked_at is null order by c.id;
  else
    if exists (select from changed as c join outdated as o on o.id = c.id
      where o.revoked_at is not null and c.revoked_at is distinct from o.revoked_at) then
      raise exception 'revoked_at: a key is revoked for good' using errcode = 'RBCFL', column = 'revoked_at';
    end if;
    insert into notify.events (type_key, subject_type, subject_id)
    select 'api_key_revoked', 'api_key', c.id
    from changed as c join outdated as o on o.id = c.id
    where o.revoked_at is null and c.revoked_at is not null
    order by c.id;
  end if;
  return null;
end
$$;
comment on function accounts_private.tg_api_keys__tell() is
  'A key that is new or revoked. One that comes in revoked (an import) is no news. Refuses (RBCFL) to take a revocation back.';

create or replace trigger _900_tell_new
  after insert on accounts.api_keys
  referencing new table as changed
  for each statement execute function accounts_private.tg_api_keys__tell();
create or replace trigger _900_tell
  after update on accounts.api_keys
  referencing old table as outdated new table as changed
  for each statement execute function accounts_private.tg_api_keys__tell();
