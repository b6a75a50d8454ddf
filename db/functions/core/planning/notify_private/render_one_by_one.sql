create or replace function notify_private.render_one_by_one(
  event notify.events, members notify_private.audience_member[], at timestamptz
) returns notify_private.person[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  people notify_private.person[] := '{}';
  member notify_private.audience_member;
  untold uuid[] := '{}';
  reasons text[] := '{}';
  inputs jsonb[] := '{}';
  state text;
  detail text;
begin
  foreach member in array members loop
    begin
      people := people || notify_private.render_people(array[event], array[member]);
    exception when others then
      get stacked diagnostics state = returned_sqlstate, detail = pg_exception_detail;
      if notify_private.is_passing_error(state) then
        raise;
      end if;
      untold := untold || member.recipient_id;
      reasons := reasons || case when state = 'RBCPY' then 'no_copy' when state = 'RBVAR' and detail <> '' then 'missing_value'
        else 'invalid_value' end;
      -- Not the database's own words: people read their decisions.
      inputs := inputs || case when state = 'RBCPY' then pg_catalog.jsonb_build_object('variant', member.variant)
        when state = 'RBVAR' and detail <> '' then pg_catalog.jsonb_build_object('value', detail)
        else pg_catalog.jsonb_build_object('code', state) end;
    end;
  end loop;
  -- Where nobody can be told, the copy is at fault and not the people: the event waits for whoever mends it.
  if pg_catalog.cardinality(people) = 0 and pg_catalog.cardinality(untold) > 0 and event.plan_cursor is null then
    return notify_private.render_people(array[event], members);
  end if;

  insert into notify.decisions (event_id, recipient_id, channel, outcome, rule, reason, inputs, decided_at)
  select event.id, u.recipient_id, channel, 'suppress', 'copy', u.reason, u.inputs, at
  from unnest(untold, reasons, inputs) as u (recipient_id, reason, inputs)
  join notify.notification_types as t on t.key = event.type_key
  cross join unnest(t.channels) as channel
  where event.channels is null or channel = any (event.channels);
  if pg_catalog.cardinality(untold) > 0 then
    raise warning 'recipients.untold'
      using detail = pg_catalog.json_build_object('recipients', pg_catalog.cardinality(untold), 'eventIds', array[event.id])::text;
  end if;
  return people;
end
$$;
comment on function notify_private.render_one_by_one(notify.events, notify_private.audience_member[], timestamptz) is
  'render_people() where it failed for all of them together: whoever has no copy, lacks one of its values or has one that is '
  'none gets decisions by the rule copy and keeps nobody else from being told. Where nobody can be told it raises as render_people() does.';
