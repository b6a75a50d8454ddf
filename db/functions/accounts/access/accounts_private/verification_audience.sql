-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function accounts_private.verification_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, x.user_id,
    case
      when w.kind is not null and w.reason is not null then 'kind_reason'
      when w.kind is not null then 'kind'
      when w.reason is not null then 'reason'
      else 'default'
    end,
    pg_catalog.jsonb_build_object('id', x.id, 'Kind', coalesce(w.kind, ''), 'Reason', coalesce(w.reason, ''))
  from notify.events as e
  join accounts.verifications as x on x.id = e.subject_id
  join notify.users as u on u.id = x.user_id
  cross join lateral (
    select
      accounts_private.named('verification_kind', x.kind, u.locale) as kind,
      accounts_private.reason_in_words(e.data ->> 'reason', u.locale) as reason
    offset 0
  ) as w
  where e.id = any (event_ids)
$$;
comment on function accounts_private.verification_audience(uuid[]) is
  'Whose verification it is, and of what; the reason as it was when it failed, in words.';
