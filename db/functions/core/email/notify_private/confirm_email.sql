create or replace function notify_private.confirm_email(verification_id uuid, confirms boolean) returns table (state text, locale text)
language plpgsql volatile
-- Definer: called by the route of verification links, which may touch no table. The link's signature, checked there, and
-- its grant are the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  verification notify.email_verifications;
  person notify.users;
  now constant timestamptz := pg_catalog.clock_timestamp();
begin
  select u.* into person
  from notify.email_verifications as v join notify.users as u on u.id = v.user_id
  where v.id = confirm_email.verification_id
  for no key update of u;
  select * into verification from notify.email_verifications as v where v.id = confirm_email.verification_id for no key update;
  state := case
    when verification.id is null or person.id is null then 'unknown'
    when lower(person.email) is distinct from verification.address then 'changed'
    when verification.confirmed_at is not null and person.email_verified_at is not null then 'confirmed'
    -- Confirmed once and unverified since: the mailbox went and came back, and is to be asked again.
    when verification.confirmed_at is not null then 'changed'
    when verification.expires_at <= now then 'expired'
    else 'open'
  end;
  locale := person.locale;
  if state = 'open' and confirm_email.confirms then
    update notify.email_verifications as v set confirmed_at = now where v.id = verification.id;
    update notify.users as u set email_verified_at = coalesce(u.email_verified_at, now) where u.id = person.id;
    state := 'confirmed';
  end if;
  return next;
end
$$;
comment on function notify_private.confirm_email(uuid, boolean) is
  'Where a verification stands: open, confirmed, expired, changed (the person has another '
  'mailbox by now) or unknown. Confirms an open one where told to; again is no mistake.';
grant execute on function notify_private.confirm_email(uuid, boolean) to rowbell_http;
