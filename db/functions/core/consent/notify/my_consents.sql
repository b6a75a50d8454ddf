create or replace function notify.my_consents() returns setof notify.effective_consent
language sql stable
-- Definer: it asks the engine's own reading of the region's rule. It answers about the caller alone.
security definer set search_path = pg_catalog, pg_temp
as $$
  select
    x.channel,
    case
      when c.granted then 'given' when not c.granted then 'withdrawn' when r.regime = 'opt_in' then 'missing' else 'not_needed'
    end as state,
    r.regime,
    c.text_version,
    c.recorded_at
  from notify.users as u
  cross join lateral notify_private.consent_regime(u.region) as r
  cross join unnest('{push,email,sms,voice,in_app,webhook}'::text[]) with ordinality as x (channel, place)
  left join lateral (
    select k.granted, k.text_version, k.recorded_at from notify.consents as k
    where k.user_id = u.id and (k.channel is null or k.channel = x.channel)
    order by k.id desc limit 1
  ) as c on true
  where u.id = (select notify_hidden.current_user_id())
  order by x.place
$$;
comment on function notify.my_consents() is
  'For each channel: whether promotional messages may come, by the newest record for it or '
  'for all, and by what the caller''s region asks for. The records themselves: consents.';
grant execute on function notify.my_consents() to rowbell_user;
