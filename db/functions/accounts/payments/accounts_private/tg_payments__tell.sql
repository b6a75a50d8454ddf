create or replace function accounts_private.tg_payments__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may write payments need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  told uuid[];
begin
  if tg_op = 'INSERT' then
    told := array(select c.id from changed as c);
  else
    told := array(select c.id from changed as c join outdated as o on o.id = c.id where o.status <> c.status);
    if exists (
      select from changed as c join outdated as o on o.id = c.id
      where o.status <> c.status and (o.status, c.status) not in (('created', 'completed'), ('created', 'failed'),
        ('failed', 'created'), ('completed', 'refunded'))
    ) then
      raise exception 'status: does not follow from what it was' using errcode = 'RBCFL', column = 'status';
    end if;
  end if;
  if pg_catalog.cardinality(told) > 0 then
    insert into notify.events (type_key, subject_type, subject_id, data)
    select 'payment_' || c.status, 'payment', c.id, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', c.failure_reason))
    from changed as c where c.id = any (told) order by c.id;
  end if;
  return null;
end
$$;
comment on function accounts_private.tg_payments__tell() is
  'A payment that is new, or reached another status: one event a payment and statement, '
  'of the type payment_<status>. Refuses (RBCFL) a status that cannot follow.';

create or replace trigger _900_tell_new
  after insert on accounts.payments
  referencing new table as changed
  for each statement execute function accounts_private.tg_payments__tell();
create or replace trigger _900_tell
  after update on accounts.payments
  referencing old table as outdated new table as changed
  for each statement execute function accounts_private.tg_payments__tell();
