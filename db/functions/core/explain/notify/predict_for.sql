create or replace function notify.predict_for(
  user_id uuid, type_key text, at timestamptz default now(), variables jsonb default null
) returns setof notify.prediction
language sql stable
-- Definer: it asks the engine's rules. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select p.* from notify_private.predict(
    predict_for.user_id, predict_for.type_key, coalesce(predict_for.at, pg_catalog.now()), predict_for.variables) as p
$$;
comment on function notify.predict_for(uuid, text, timestamptz, jsonb) is 'For operators: predict() of anybody.';
grant execute on function notify.predict_for(uuid, text, timestamptz, jsonb) to rowbell_operator;
