create or replace function notify_private.write_consent(
  user_id uuid, granted boolean, channel text, text_version text, method text, evidence jsonb
) returns notify.consents
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  wrong constant text[] := case
    when write_consent.channel not in ('push', 'email', 'sms', 'voice', 'in_app', 'webhook')
      then array['channel', 'must be push, email, sms, voice, in_app or webhook']
    when write_consent.granted and write_consent.text_version is null then array['text_version', 'is missing']
    when length(write_consent.text_version) not between 1 and 200 then array['text_version', 'must have 1 to 200 characters']
    when coalesce(length(write_consent.method), 0) not between 1 and 100 then array['method', 'must have 1 to 100 characters']
    when coalesce(pg_catalog.jsonb_typeof(write_consent.evidence), 'object') <> 'object' then array['evidence', 'must be an object']
    when pg_catalog.pg_column_size(write_consent.evidence) > 4096 then array['evidence', 'must have at most 4 kB']
  end;
  region text;
  consent notify.consents;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  -- The lock puts the records of one person in order: the newest holds.
  select coalesce(u.region, '*') into region from notify.users as u where u.id = write_consent.user_id for no key update;
  if not found then
    raise exception 'user_id: there is no such user' using errcode = 'RBNFD', column = 'user_id',
      hint = notify_private.service_hint('user_id');
  end if;
  -- A withdrawal of what was granted is never refused.
  if notify_private.limited_user() = write_consent.user_id and (write_consent.granted or not coalesce((
    select c.granted from notify.consents as c
    where c.user_id = write_consent.user_id and (c.channel is null or write_consent.channel is null or c.channel = write_consent.channel)
    order by c.id desc limit 1), false))
  then
    perform notify_private.use_limit('consents', write_consent.user_id);
  end if;
  insert into notify.consents (user_id, channel, granted, method, text_version, region, evidence, recorded_by)
  values (
    write_consent.user_id, write_consent.channel, write_consent.granted, write_consent.method, write_consent.text_version, region,
    coalesce(write_consent.evidence, '{}'), notify_hidden.current_user_id())
  returning * into consent;
  if not write_consent.granted then
    perform notify_private.cancel_promotional(write_consent.user_id, write_consent.channel);
  end if;
  return consent;
end
$$;
comment on function notify_private.write_consent(uuid, boolean, text, text, text, jsonb) is
  'Adds a consent or a withdrawal to the record, with the region that the person has now; a withdrawal also cancels what is queued.';
