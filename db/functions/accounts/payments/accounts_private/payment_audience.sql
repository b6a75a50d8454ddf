-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function accounts_private.payment_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, x.user_id, case when w.reason is not null then 'reason' else 'default' end,
    pg_catalog.jsonb_build_object(
      'id', x.id, 'Amount', accounts_private.money(x.amount, x.currency, u.locale), 'Reason', coalesce(w.reason, ''))
  from notify.events as e
  join accounts.payments as x on x.id = e.subject_id
  join notify.users as u on u.id = x.user_id
  cross join lateral (select accounts_private.reason_in_words(e.data ->> 'reason', u.locale) as reason offset 0) as w
  where e.id = any (event_ids)
$$;
comment on function accounts_private.payment_audience(uuid[]) is 'Whose payment it is; the reason as it was when it failed, in words.';
