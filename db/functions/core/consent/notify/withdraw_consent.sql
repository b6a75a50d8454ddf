create or replace function notify.withdraw_consent(channel text default null, method text default 'settings_page') returns notify.consents
language plpgsql volatile
-- Definer: there is no insert grant; this records the caller's own withdrawal.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return notify_private.write_consent(
    notify_private.require_known_user(), false, withdraw_consent.channel, null, withdraw_consent.method, null);
end
$$;
comment on function notify.withdraw_consent(text, text) is
  'The caller wants no promotional messages on a channel, or on any without one. Holds at once, in every region.';
grant execute on function notify.withdraw_consent(text, text) to rowbell_user;
