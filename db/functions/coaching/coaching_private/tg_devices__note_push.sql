create or replace function coaching_private.tg_devices__note_push() returns trigger
language plpgsql volatile
-- Definer: whoever registers or loses a device need not be able to change members.
security definer set search_path = ''
as $$
declare
  concerned uuid[];
begin
  if tg_op = 'INSERT' then
    concerned := array(select d.id from updated as d);
  else
    -- Registered again, or lost just now. That a device is in touch says nothing of whether its person wants pushes.
    concerned := array(
      select d.id from updated as d join outdated as o on o.id = d.id
      where d.registered_at <> o.registered_at or (d.deactivated_at is not null and o.deactivated_at is null)
    );
  end if;
  if pg_catalog.cardinality(concerned) = 0 then
    return null;
  end if;
  update coaching.members as m set push_enabled = v.works
  from (
    -- Losing one of two devices changes nothing.
    select
      d.user_id,
      bool_or(d.deactivated_at is null) as works,
      not exists (select from notify.devices as x where x.user_id = d.user_id and x.deactivated_at is null) as is_gone
    from updated as d
    where d.id = any (concerned)
    group by d.user_id
  ) as v
  where m.user_id = v.user_id and m.push_enabled <> v.works and (v.works or v.is_gone);
  return null;
end
$$;
comment on function coaching_private.tg_devices__note_push() is
  'CP-20: a person whose last token was refused has push_enabled = false; the next registration of a device turns it on again.';

create or replace trigger _500_note_coaching_push
  after insert on notify.devices
  referencing new table as updated
  for each statement execute function coaching_private.tg_devices__note_push();
create or replace trigger _500_note_coaching_push_again
  after update on notify.devices
  referencing old table as outdated new table as updated
  for each statement execute function coaching_private.tg_devices__note_push();
