-- Plain SQL without settings, as every audience: plan() pages through it.
create or replace function notify_private.email_verification_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.id, v.user_id, 'default', pg_catalog.jsonb_build_object('VerificationId', v.id)
  from notify.events as e
  join notify.email_verifications as v on v.id = e.subject_id
  -- Asked of another mailbox meanwhile: this link could not confirm anything any more.
  join notify.users as u on u.id = v.user_id and pg_catalog.lower(u.email) = v.address
  where e.id = any (event_ids)
$$;
comment on function notify_private.email_verification_audience(uuid[]) is 'The person whose mailbox is asked, while it is still the same.';
