-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function accounts_private.setting_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, x.user_id, case when w.name is null then 'unnamed' else 'default' end,
    pg_catalog.jsonb_build_object('id', x.id, 'Name', coalesce(w.name, ''))
  from notify.events as e
  join accounts.account_settings as x on x.id = e.subject_id
  join notify.users as u on u.id = x.user_id
  cross join lateral (select accounts_private.named('setting', x.name, u.locale) as name offset 0) as w
  where e.id = any (event_ids)
$$;
comment on function accounts_private.setting_audience(uuid[]) is 'Whose setting it is.';
