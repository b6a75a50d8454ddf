create or replace function notify.record_consent_for(
  user_id uuid, text_version text, method text, channel text default null, evidence jsonb default null
) returns notify.consents
language plpgsql volatile
-- Definer: there is no insert grant; a record is never changed. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return notify_private.write_consent(
    record_consent_for.user_id, true, record_consent_for.channel, record_consent_for.text_version, record_consent_for.method,
    record_consent_for.evidence);
end
$$;
comment on function notify.record_consent_for(uuid, text, text, text, jsonb) is
  'For services: somebody agreed to promotional messages elsewhere (a sign-up form, an import), on a channel or on all.';
grant execute on function notify.record_consent_for(uuid, text, text, text, jsonb) to rowbell_writer;
