create or replace function notify.predict_for(
  user_id uuid, type_key text, at timestamptz default now(), variables jsonb default null, channels text[] default null,
  expires_after interval default null, fallback_key text default null, subject_id uuid default null
) returns setof notify.prediction
language sql stable
-- Definer: it asks the engine's rules. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select p.* from notify_private.predict(
    predict_for.user_id, predict_for.type_key, coalesce(predict_for.at, pg_catalog.now()), predict_for.variables, predict_for.channels,
    predict_for.expires_after, predict_for.fallback_key, predict_for.subject_id) as p
$$;
comment on function notify.predict_for(uuid, text, timestamptz, jsonb, text[], interval, text, uuid) is
  'For operators: predict() of anybody. subject_id: what the event would be about; whether it is still relevant is then asked as of the '
  'newest event of this type about it.';
grant execute on function notify.predict_for(uuid, text, timestamptz, jsonb, text[], interval, text, uuid) to rowbell_operator;
