create or replace function juke_private.tg_listeners__enroll() returns trigger
language plpgsql volatile
-- Definer: whoever tells of a listener need not be able to enroll anybody.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify.enroll_many(array(
    select row('juke_onboarding', i.user_id, null, null, null)::notify.enrollment_input from inserted as i order by i.user_id
  ));
  return null;
end
$$;
comment on function juke_private.tg_listeners__enroll() is 'JK-4: newcomers are on the way from their first moment.';

create or replace trigger _500_enroll
  after insert on juke.listeners
  referencing new table as inserted
  for each statement execute function juke_private.tg_listeners__enroll();
