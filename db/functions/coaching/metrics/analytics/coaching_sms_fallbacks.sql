create or replace view analytics.coaching_sms_fallbacks with (security_barrier = true) as
  select
    (p.created_at at time zone 'UTC')::date as day,
    count(*) as previews,
    count(*) filter (where p.pushed and p.texted) as fallback_sms,
    round(count(*) filter (where p.pushed and p.texted) / count(*)::numeric, 4) as fallback_rate
  from (
    select n.id, n.created_at, bool_or(d.channel = 'push') as pushed, bool_or(d.channel = 'sms') as texted
    from notify.notifications as n join notify.deliveries as d on d.notification_id = n.id
    where n.type_key = 'coaching_preview'
    group by n.id, n.created_at
  ) as p
  group by 1;
comment on view analytics.coaching_sms_fallbacks is
  'SMS fallback rate of previews by day (UTC): those where an SMS followed '
  'a push, of all that went out on any channel. Target at most 15 %.';
comment on column analytics.coaching_sms_fallbacks.day is 'The day (UTC) in which the previews were made.';
comment on column analytics.coaching_sms_fallbacks.previews is 'Previews that went out on any channel.';
comment on column analytics.coaching_sms_fallbacks.fallback_sms is 'Of these, those where an SMS followed a push.';
comment on column analytics.coaching_sms_fallbacks.fallback_rate is 'fallback_sms of previews.';
grant select on analytics.coaching_sms_fallbacks to rowbell_analyst, rowbell_operator;
