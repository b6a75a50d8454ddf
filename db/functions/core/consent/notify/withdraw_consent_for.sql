create or replace function notify.withdraw_consent_for(
  user_id uuid, method text, channel text default null, evidence jsonb default null, note text default null
) returns notify.consents
language plpgsql volatile
-- Definer: there is no insert grant; a record is never changed. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  consent notify.consents;
begin
  consent := notify_private.write_consent(
    withdraw_consent_for.user_id, false, withdraw_consent_for.channel, null, withdraw_consent_for.method, withdraw_consent_for.evidence);
  perform notify_hidden.note_operator_action('withdraw_consent_for', consent.id::text, withdraw_consent_for.note);
  return consent;
end
$$;
comment on function notify.withdraw_consent_for(uuid, text, text, jsonb, text) is
  'For services and operators: somebody said elsewhere (a call, a letter) that they want no promotional messages, on a channel or on any.';
grant execute on function notify.withdraw_consent_for(uuid, text, text, jsonb, text) to rowbell_writer, rowbell_operator;
