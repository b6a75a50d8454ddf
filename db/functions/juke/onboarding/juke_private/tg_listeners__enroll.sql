create or replace function juke_private.tg_listeners__enroll() returns trigger
language plpgsql volatile
-- Definer: whoever tells of a listener need not be able to enroll anybody.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify.enroll_many(array(
    select e::notify.enrollment_input
    from (
      select 'juke_onboarding' as journey_key, i.user_id, null::text as subject_type, null::uuid as subject_id, null::jsonb as data
      from inserted as i order by i.user_id
    ) as e
  ));
  return null;
end
$$;
comment on function juke_private.tg_listeners__enroll() is 'JK-4: newcomers are on the way from their first moment.';

create or replace trigger _500_enroll
  after insert on juke.listeners
  referencing new table as inserted
  for each statement execute function juke_private.tg_listeners__enroll();
