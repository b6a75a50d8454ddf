create or replace function coaching_private.tg_devices__set_push_enabled() returns trigger
language plpgsql volatile
-- Definer: whoever registers or loses a device need not be able to change members.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  counted uuid[];
begin
  -- Only a registration and the end of one: a device that was heard of, or has another name, says nothing of what the app wants.
  if tg_op = 'INSERT' then
    counted := array(select n.id from updated as n);
  else
    counted := array(
      select n.id from updated as n join outdated as o on o.id = n.id
      where (n.user_id, n.registered_at) is distinct from (o.user_id, o.registered_at)
        -- One that was thought stale and is in touch again was not registered either.
        or (n.deactivated_at is not null and o.deactivated_at is null)
    );
  end if;
  if pg_catalog.cardinality(counted) = 0 then
    return null;
  end if;
  update coaching.members as m set push_enabled = v.works
  from (
    -- Losing one of two devices changes nothing.
    select
      d.user_id,
      bool_or(d.deactivated_at is null) as works,
      not exists (select from notify.devices as x where x.user_id = d.user_id and x.deactivated_at is null) as is_gone
    from updated as d where d.id = any (counted)
    group by d.user_id
  ) as v
  where m.user_id = v.user_id and m.push_enabled <> v.works and (v.works or v.is_gone);
  return null;
end
$$;
comment on function coaching_private.tg_devices__set_push_enabled() is
  'CP-20: a person whose last token was refused has push_enabled = false; the next registration of a device turns it on again.';

create or replace trigger _500_set_push_enabled
  after insert on notify.devices
  referencing new table as updated
  for each statement execute function coaching_private.tg_devices__set_push_enabled();
create or replace trigger _500_set_push_enabled_again
  after update on notify.devices
  referencing old table as outdated new table as updated
  for each statement execute function coaching_private.tg_devices__set_push_enabled();
