create or replace function notify_private.tg_users__check_email() returns trigger
language plpgsql volatile
-- Definer: whoever may change a mailbox may not make events; the rule holds for all of them.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  changed uuid[];
begin
  if tg_op = 'INSERT' then
    changed := array(select n.id from new_rows as n where n.email is not null and n.email_verified_at is null);
  else
    -- "Except" is by hash or sort, however many there are; a join of old and new rows may be a nested loop.
    changed := array(
      select x.id from (select n.id, lower(n.email) from new_rows as n except select o.id, lower(o.email) from old_rows as o) as x
    );
    -- Most updates are of something else, one of them the update below.
    if pg_catalog.cardinality(changed) = 0 then
      return null;
    end if;
    -- Whoever says in the same statement that the new mailbox is verified, is believed.
    update notify.users as u set email_verified_at = null
    where u.id = any (changed) and u.id = any (array(
      select x.id from (
        select n.id, n.email_verified_at from new_rows as n where n.email_verified_at is not null
        intersect
        select o.id, o.email_verified_at from old_rows as o
      ) as x
    ));
  end if;
  if pg_catalog.cardinality(changed) > 0 and (select s.verify_new_emails from notify.settings as s) then
    perform notify_private.verify_emails(changed);
  end if;
  return null;
end
$$;
comment on function notify_private.tg_users__check_email() is
  'A new mailbox is not verified; where settings say so, it is asked at once.';

create or replace trigger _200_check_email_inserted after insert on notify.users referencing new table as new_rows
  for each statement execute function notify_private.tg_users__check_email();
create or replace trigger _200_check_email_updated after update on notify.users referencing old table as old_rows new table as new_rows
  for each statement execute function notify_private.tg_users__check_email();
