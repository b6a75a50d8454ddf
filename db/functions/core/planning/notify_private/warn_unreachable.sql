create or replace function notify_private.warn_unreachable(verdicts notify_private.verdict[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  people bigint;
  events uuid[];
begin
  select pg_catalog.count(*), (pg_catalog.array_agg(distinct u.event_id))[:10] into people, events
  from (
    select v.event_id
    from unnest(verdicts) as v
    join notify.events as e on e.id = v.event_id
    join notify.notification_types as t on t.key = e.type_key
    where t.warns_unreachable
    group by v.event_id, v.recipient_id
    having pg_catalog.bool_and(v.outcome = 'suppress') and pg_catalog.bool_or(v.rule = 'address')
  ) as u;
  if people > 0 then
    raise warning 'recipients.unreachable'
      using detail = pg_catalog.json_build_object('recipients', people, 'eventIds', events)::text;
  end if;
end
$$;
comment on function notify_private.warn_unreachable(notify_private.verdict[]) is
  'Warns of people whom every channel left out and at least one for want of an address, in types '
  'that ask for it. The worker logs the warning under its message, with its detail; ids only.';
