-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function accounts_private.login_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, x.user_id, case when e.type_key = 'login_suspicious' and not x.succeeded then 'refused' else 'default' end,
    pg_catalog.jsonb_build_object(
      'id', x.id,
      'Device', coalesce(x.device,
        case pg_catalog.split_part(u.locale, '-', 1) when 'fr' then 'un appareil inconnu' else 'an unknown device' end),
      'Place', coalesce(x.place, case pg_catalog.split_part(u.locale, '-', 1) when 'fr' then 'lieu inconnu' else 'place unknown' end))
  from notify.events as e
  join accounts.logins as x on x.id = e.subject_id
  join notify.users as u on u.id = x.user_id
  where e.id = any (event_ids)
$$;
comment on function accounts_private.login_audience(uuid[]) is 'Whose account it is.';
