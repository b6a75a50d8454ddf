-- Without settings of its own, so that it is inlined where somebody asks about some people.
create or replace function accounts_private.people_with_low_balance() returns setof uuid
language sql stable
as $$
  select u.id from notify.users as u
  where exists (select from accounts.balances as b where b.user_id = u.id and b.is_low)
$$;
comment on function accounts_private.people_with_low_balance() is 'The segment low_balance: people one of whose balances is low.';
