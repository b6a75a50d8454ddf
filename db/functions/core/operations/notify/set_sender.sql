create or replace function notify.set_sender(
  app text, provider text, options jsonb default '{}', secret_setting text default null, environment text default 'production',
  note text default null, place smallint default 1
) returns notify.senders
language plpgsql volatile
-- Definer: nobody has a grant to write these columns. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  wrong text[];
  sender notify.senders;
begin
  wrong := case
    when not exists (select from notify.apps as a where a.key = set_sender.app) then array['app', 'there is no such app']
    when not exists (select from notify.providers as p where p.provider = set_sender.provider and p.provider <> 'in_app')
      then array['provider', 'there is no such provider']
    when coalesce(set_sender.environment, '') not in ('production', 'development')
      then array['environment', 'must be production or development']
    when set_sender.place is null or set_sender.place not between 1 and 9 then array['place', 'must be from 1 to 9']
    when set_sender.place > 1 and set_sender.provider not in ('smtp', 'twilio', 'twilio_voice')
      then array['place', 'only mail, texts and calls have a second sender']
    when set_sender.place > 1 and not exists (
      select from notify.senders as s
      where s.app_key = set_sender.app and s.provider = set_sender.provider and s.environment = set_sender.environment and s.place = 1
    ) then array['place', 'the app has no first sender at this provider']
    when set_sender.place > 1 and set_sender.secret_setting is null and set_sender.options = '{}'
      then array['place', 'a spare needs options or a secret of its own']
    when set_sender.environment = 'development' and set_sender.provider <> 'apns' then array['environment', 'only APNs has development']
    when pg_catalog.jsonb_typeof(set_sender.options) is distinct from 'object' then array['options', 'must be an object']
  end;
  if wrong is null then
    select array['options', pg_catalog.left(o.key, 40) || ' ' || coalesce('must be ' || k.expected, 'is no option of this provider')]
    into wrong
    from pg_catalog.jsonb_each(set_sender.options) as o (key, value)
    left join notify_private.sender_options() as k on k.provider = set_sender.provider and k.name = o.key
    where k.name is null or pg_catalog.jsonb_typeof(o.value) <> 'string' or set_sender.options ->> o.key !~ k.pattern
    order by o.key limit 1;
  end if;
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  begin
    insert into notify.senders (app_key, provider, environment, place, options, secret_setting)
    values (set_sender.app, set_sender.provider, set_sender.environment, set_sender.place, set_sender.options,
      set_sender.secret_setting)
    on conflict on constraint senders_provider_app_key_environment_place_key do update
    set options = excluded.options, secret_setting = excluded.secret_setting, changed_at = pg_catalog.clock_timestamp()
    returning * into sender;
  exception when check_violation then
    raise exception 'secret_setting: must be the provider''s own setting with a suffix, such as APNS_KEY_SHOP'
      using errcode = 'RBINV', column = 'secret_setting';
  end;
  perform notify_hidden.note_operator_action('set_sender', sender.id::text, set_sender.note,
    pg_catalog.jsonb_build_object('app', sender.app_key, 'provider', sender.provider, 'environment', sender.environment,
      'place', sender.place));
  return sender;
end
$$;
comment on function notify.set_sender(text, text, jsonb, text, text, text, smallint) is $$
@values environment DeviceEnvironment
For operators: gives an app an account of its own at a provider, or changes it. options take the place of settings;
secret_setting is the name of the setting that has the key, never the key. Workers that have it use it within seconds.
From place 2 on it is a spare, which carries mails, texts or calls of the app while those before it are paused.
$$;
grant execute on function notify.set_sender(text, text, jsonb, text, text, text, smallint) to rowbell_operator;
