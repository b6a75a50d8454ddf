create or replace function notify.record_consent(
  text_version text, method text, channel text default null, evidence jsonb default null
) returns notify.consents
language plpgsql volatile
-- Definer: there is no insert grant; this records the caller's own consent.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return notify_private.write_consent(
    notify_private.require_known_user(), true, record_consent.channel, record_consent.text_version, record_consent.method,
      record_consent.evidence);
end
$$;
comment on function notify.record_consent(text, text, text, jsonb) is
  'The caller agrees to promotional messages on a channel, or on all without one: '
  'which text they saw, how they said so ("settings_page"), and what else proves it.';
grant execute on function notify.record_consent(text, text, text, jsonb) to rowbell_user;
