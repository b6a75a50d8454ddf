create or replace function notify.resume_provider(provider text, origin text default null) returns notify.providers
language plpgsql volatile
-- Definer: operators may change a provider's rate and nothing else of it. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  resumed notify.providers;
begin
  select * into resumed from notify.providers as p where p.provider = resume_provider.provider for no key update;
  if not found then
    raise exception 'provider: there is no such provider' using errcode = 'RBNFD', column = 'provider';
  end if;
  update notify.provider_origins as o set pauses = 0, paused_until = null, pause_reason = null
  where o.provider = resume_provider.provider and o.origin = coalesce(resume_provider.origin, o.origin);
  if resume_provider.origin is not null then
    if not found then
      raise exception 'origin: nothing is known of such an origin' using errcode = 'RBNFD', column = 'origin';
    end if;
    return resumed;
  end if;
  update notify.providers as p set pauses = 0, paused_until = null, pause_reason = null
  where p.provider = resume_provider.provider
  returning * into resumed;
  return resumed;
end
$$;
comment on function notify.resume_provider(text, text) is
  'For operators, when the cause is mended: ends the pause of an origin at once, or without one that of the provider '
  'and all its origins. What was kept is due and goes out within a second; what was set aside, when its time has come.';
grant execute on function notify.resume_provider(text, text) to rowbell_operator;
