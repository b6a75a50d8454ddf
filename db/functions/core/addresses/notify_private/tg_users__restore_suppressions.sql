create or replace function notify_private.tg_users__restore_suppressions() returns trigger
language plpgsql volatile
-- Definer: whoever may write people may not read the digests.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from notify_private.suppression_digests) then
    return null;
  end if;
  with had as (
    select d.*, a.address
    from changed as u
    cross join lateral (values ('email', lower(u.email)), ('sms', u.phone), ('voice', u.phone)) as a (channel, address)
    join notify_private.suppression_digests as d
      on d.channel = a.channel and d.digest = notify_private.address_digest(a.channel, a.address)
    where a.address is not null
  ),
  gone as (
    delete from notify_private.suppression_digests as d using had where d.channel = had.channel and d.digest = had.digest
  )
  insert into notify.suppressions (channel, address, reason, created_at, expires_at)
  select distinct on (had.channel, had.address) had.channel, had.address, had.reason, had.created_at, had.expires_at from had
  on conflict (channel, address) do nothing;
  return null;
end
$$;
comment on function notify_private.tg_users__restore_suppressions() is
  'Somebody has an address that an erased person had opted out with: it is suppressed again, before anything can be sent there.';

create or replace trigger _500_restore_suppressions_inserted
  after insert on notify.users
  referencing new table as changed
  for each statement execute function notify_private.tg_users__restore_suppressions();
create or replace trigger _500_restore_suppressions_updated
  after update on notify.users
  referencing new table as changed
  for each statement execute function notify_private.tg_users__restore_suppressions();
