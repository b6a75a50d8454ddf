create or replace function accounts_private.tg_verifications__add_activity() returns trigger
language plpgsql volatile
-- Definer: nobody may insert activities.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  news uuid[];
begin
  if tg_op = 'INSERT' then
    news := array(select c.id from changed as c);
  else
    news := array(select c.id from changed as c join outdated as o on o.id = c.id where o.status <> c.status);
  end if;
  insert into notify.activities (user_id, type, resource_type, resource_id, action, status, title, description, metadata)
  select
    c.user_id, 'verification', 'verification', c.id::text,
    case c.status when 'initiated' then 'created' else c.status end,
    case c.status when 'initiated' then 'pending' else c.status end,
    accounts_private.verification_title(c.kind, c.status, u.locale), accounts_private.reason_in_words(c.failure_reason, u.locale),
    pg_catalog.jsonb_build_object('kind', c.kind)
  from changed as c join notify.users as u on u.id = c.user_id
  where c.id = any (news)
  order by c.id;
  return null;
end
$$;
comment on function accounts_private.tg_verifications__add_activity() is
  'NC-21: each status that a verification reaches is an activity.';

create or replace trigger _800_add_activity_new
  after insert on accounts.verifications
  referencing new table as changed
  for each statement execute function accounts_private.tg_verifications__add_activity();
create or replace trigger _800_add_activity
  after update on accounts.verifications
  referencing old table as outdated new table as changed
  for each statement execute function accounts_private.tg_verifications__add_activity();
