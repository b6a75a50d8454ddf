create or replace function juke.finish_onboarding_step(step_key text) returns juke.onboarding_steps_done
language plpgsql volatile
-- Definer: people have no grant to write here; this makes a row of the caller's.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  done juke.onboarding_steps_done;
begin
  if not exists (select from juke.onboarding_steps as s where s.key = finish_onboarding_step.step_key) then
    raise exception 'step_key: there is no such step' using errcode = 'RBINV', column = 'step_key';
  end if;
  insert into juke.onboarding_steps_done (user_id, step_key) values (me, finish_onboarding_step.step_key)
  on conflict (user_id, step_key) do nothing;
  select * into strict done from juke.onboarding_steps_done as d where d.user_id = me and d.step_key = finish_onboarding_step.step_key;
  return done;
end
$$;
comment on function juke.finish_onboarding_step(text) is
  'JK-4: the caller has done a step of their onboarding. Twice is once; the last one ends the nudges.';
grant execute on function juke.finish_onboarding_step(text) to rowbell_user;
