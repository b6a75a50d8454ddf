create or replace function notify_private.write_audience_rest(events notify.events[], max_candidates integer) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  asked record;
begin
  for asked in
    with known as (
      delete from notify_private.audience_rest as r using unnest(events) as e where r.event_id = e.id and r.after is not null
      returning r.event_id, r.slice, r.after, e.type_key, e.is_retried
    )
    select k.*, pg_catalog.regexp_replace(t.audience, '^(.+)\.(.+)$', '"\1"."\2"') as source
    from known as k join notify.notification_types as t on t.key = k.type_key
  loop
    -- Once, because an audience is a join whose order no index gives: asking it again for each slice sorted what was left of
    -- 100 000 members a hundred times (150 to 290 ms each). A row is a slice: a row for each member cost 10 us a member, a tenth of
    -- all that planning and sending it costs. People who were held have slices of their own meanwhile.
    execute pg_catalog.format(
      'insert into notify_private.audience_rest (event_id, slice, members)
       select m.event_id, m.slice, array_agg(row(m.event_id, m.recipient_id, m.variant, m.variables)::notify_private.audience_member)
       from (
         select a.*, $4 + (row_number() over (order by a.recipient_id) - 1) / $3 as slice
         from (
           select distinct on (a.recipient_id) a.* from %s($1) as a where a.recipient_id > $2%s order by a.recipient_id, a.variant
         ) as a
       ) as m
       group by m.event_id, m.slice',
      asked.source, notify_private.untold_condition(asked.is_retried))
    using array[asked.event_id], asked.after, max_candidates,
      coalesce((select max(r.slice) + 1 from notify_private.audience_rest as r where r.event_id = asked.event_id), 0);
  end loop;
end
$$;
comment on function notify_private.write_audience_rest(notify.events[], integer) is
  'Writes down, in slices, who comes after those of an audience that plan() has begun with. Part of plan(), which holds the events.';
