create or replace function notify.request_email_verification() returns notify.email_verifications
language plpgsql volatile
-- Definer: there is no insert grant; this asks the caller's own mailbox.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_user();
  person notify.users;
  verification notify.email_verifications;
begin
  select * into person from notify.users as u where u.id = me for no key update;
  if person.email is null then
    raise exception 'you have no email address' using errcode = 'RBNFD';
  end if;
  if person.email_verified_at is not null then
    raise exception 'your email address is verified already' using errcode = 'RBCFL';
  end if;
  select * into verification from notify_private.verify_emails(array[me]);
  return verification;
end
$$;
comment on function notify.request_email_verification() is
  'Mails the caller a link that confirms their address, good for 24 hours. Bounded by the limit email_verifications.';
grant execute on function notify.request_email_verification() to rowbell_user;
