create or replace function accounts_private.tg_balances__add_activity() returns trigger
language plpgsql volatile
-- Definer: nobody may insert activities.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    insert into notify.activities (user_id, type, resource_type, resource_id, action, title, description, metadata)
    select
      c.user_id, 'balance', 'balance', c.id::text, 'created', accounts_private.activity_title('balance_created', u.locale),
      accounts_private.money(c.amount, c.currency, u.locale),
      pg_catalog.jsonb_build_object('currency', c.currency, 'amount', c.amount::text, 'threshold', c.low_threshold::text)
    from changed as c join notify.users as u on u.id = c.user_id
    order by c.id;
    return null;
  end if;
  insert into notify.activities (user_id, type, resource_type, resource_id, action, title, description, metadata)
  select
    c.user_id, 'balance', 'balance', c.id::text, 'updated',
    accounts_private.activity_title(case when w.amount_changed then 'balance_updated' else 'threshold_updated' end, u.locale),
    case
      when w.amount_changed then
        accounts_private.money(o.amount, c.currency, u.locale) || ' → ' || accounts_private.money(c.amount, c.currency, u.locale)
      else accounts_private.money(c.low_threshold, c.currency, u.locale)
    end,
    pg_catalog.jsonb_build_object('currency', c.currency, 'amount', c.amount::text, 'threshold', c.low_threshold::text)
      || case when w.amount_changed then pg_catalog.jsonb_build_object('previousAmount', o.amount::text) else '{}' end
  from changed as c
  join outdated as o on o.id = c.id
  join notify.users as u on u.id = c.user_id
  cross join lateral (select o.amount <> c.amount as amount_changed) as w
  where w.amount_changed or o.low_threshold is distinct from c.low_threshold
  order by c.id;
  return null;
end
$$;
comment on function accounts_private.tg_balances__add_activity() is
  'NC-21: a balance that is opened, whose amount changes or whose threshold does is an activity.';

create or replace trigger _800_add_activity_new
  after insert on accounts.balances
  referencing new table as changed
  for each statement execute function accounts_private.tg_balances__add_activity();
create or replace trigger _800_add_activity
  after update on accounts.balances
  referencing old table as outdated new table as changed
  for each statement execute function accounts_private.tg_balances__add_activity();
