create or replace function notify.request_email_verification_for(user_id uuid, note text default null)
  returns notify.email_verifications
language plpgsql volatile
-- Definer: there is no insert grant. Its grant, to services and operators, is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  verification notify.email_verifications;
begin
  if not exists (select from notify.users as u where u.id = request_email_verification_for.user_id) then
    raise exception 'user_id: there is no such user' using errcode = 'RBNFD', column = 'user_id',
      hint = notify_private.service_hint('user_id');
  end if;
  select * into verification from notify_private.verify_emails(array[request_email_verification_for.user_id]);
  if not found then
    raise exception 'user_id: has no email address that needs verifying' using errcode = 'RBCFL', column = 'user_id';
  end if;
  perform notify_hidden.note_operator_action('request_email_verification_for', verification.id::text,
    request_email_verification_for.note);
  return verification;
end
$$;
comment on function notify.request_email_verification_for(uuid, text) is
  'For services and operators: mails somebody a link that confirms their address, good for 24 hours.';
grant execute on function notify.request_email_verification_for(uuid, text) to rowbell_writer, rowbell_operator;
