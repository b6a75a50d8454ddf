create or replace function notify.predict(
  type_key text, at timestamptz default now(), variables jsonb default null, channels text[] default null,
  expires_after interval default null, fallback_key text default null
) returns setof notify.prediction
language sql stable
-- Definer: it asks the engine's rules, of the caller alone (require_user).
security definer set search_path = pg_catalog, pg_temp
as $$
  select p.* from notify_private.predict(
    notify_private.require_user(), predict.type_key, coalesce(predict.at, pg_catalog.now()), predict.variables, predict.channels,
    predict.expires_after, predict.fallback_key, null) as p
$$;
comment on function notify.predict(text, timestamptz, jsonb, text[], interval, text) is
  'What would happen if an event of this type told the caller something at an instant, by the '
  'rules themselves and without effect: on each channel, what is held or gathered followed until '
  'it would be told. variables: the values of its dedupe key; without them no key is asked. channels, expires_after, fallback_key: '
  'what such an event says of itself, where it does.';
grant execute on function notify.predict(text, timestamptz, jsonb, text[], interval, text) to rowbell_user;
