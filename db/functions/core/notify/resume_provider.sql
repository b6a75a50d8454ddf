create or replace function notify.resume_provider(provider text) returns notify.providers
language plpgsql volatile
-- Definer: operators may change a provider's rate and nothing else of it. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  resumed notify.providers;
begin
  update notify.providers as p set pauses = 0, paused_until = null, pause_reason = null
  where p.provider = resume_provider.provider
  returning * into resumed;
  if not found then
    raise exception 'provider: there is no such provider' using errcode = 'RBNFD';
  end if;
  return resumed;
end
$$;
comment on function notify.resume_provider(text) is
  'For operators, when the cause is mended: ends a pause at once. What was kept is due and goes out within a second.';
grant execute on function notify.resume_provider(text) to rowbell_operator;
