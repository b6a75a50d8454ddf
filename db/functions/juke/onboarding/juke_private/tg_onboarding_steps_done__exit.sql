create or replace function juke_private.tg_onboarding_steps_done__exit() returns trigger
language plpgsql volatile
-- Definer: whoever finishes a step need not be able to end an enrollment.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  finished constant uuid[] := array(
    select p.user_id from (select distinct i.user_id from inserted as i) as p
    where juke_private.onboarding_progress(p.user_id, null) is null
    order by p.user_id
  );
begin
  if pg_catalog.cardinality(finished) > 0 then
    perform notify.exit_journey('juke_onboarding', finished);
  end if;
  return null;
end
$$;
comment on function juke_private.tg_onboarding_steps_done__exit() is
  'JK-4: who has done all leaves the journey at once, and what was told but waits (for the morning) is canceled.';

create or replace trigger _500_exit
  after insert on juke.onboarding_steps_done
  referencing new table as inserted
  for each statement execute function juke_private.tg_onboarding_steps_done__exit();
