-- A product that tells named people something, and a record of every pause.
create schema storm;

create function storm.audience(event_ids uuid[]) returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.id, r.id::pg_catalog.uuid, 'default', pg_catalog.jsonb_build_object('Text', e.id)
  from notify.events as e cross join lateral pg_catalog.jsonb_array_elements_text(e.data -> 'to') as r (id)
  where e.id = any (event_ids)
$$;

insert into notify.notification_types (key, pack, category, priority, audience, channels, default_channels)
values
  ('storm_screens', 'storm', 'storm', 'P1', 'storm.audience', '{push,email,webhook,in_app}', '{push,email,webhook,in_app}'),
  ('storm_phone', 'storm', 'storm', 'P1', 'storm.audience', '{sms,voice}', '{sms,voice}'),
  ('storm_urgent', 'storm', 'storm', 'P0', 'storm.audience', '{push,email,webhook,sms,voice}', '{push,email,webhook,sms,voice}');
insert into notify.notification_copies (type_key, locale, title, body)
select key, 'en', 'Storm', '{Text}' from notify.notification_types where pack = 'storm';

-- Whose pause changed and how. A probe under way looks like a pause of five seconds: `probes` tells it apart.
create table storm.pauses (
  id bigint generated always as identity primary key,
  provider text not null,
  origin text not null,
  change text not null check (change in ('paused', 'probing', 'ended')),
  reason text,
  at timestamptz not null default clock_timestamp()
);

create function storm.tg_pauses() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  was_pauses constant integer := case when tg_op = 'UPDATE' then old.pauses else 0 end;
  was_until constant timestamptz := case when tg_op = 'UPDATE' then old.paused_until end;
  whose text := pg_catalog.to_jsonb(new) ->> 'provider';
begin
  if new.paused_until is distinct from was_until then
    if whose is null then
      select s.provider into whose from notify.senders as s where s.id = (pg_catalog.to_jsonb(new) ->> 'sender_id')::smallint;
    end if;
    insert into storm.pauses (provider, origin, change, reason)
    values (
      whose,
      coalesce(pg_catalog.to_jsonb(new) ->> 'origin', ''),
      case when new.paused_until is null then 'ended' when new.pauses > was_pauses then 'paused' else 'probing' end,
      new.pause_reason);
  end if;
  return null;
end
$$;
create trigger _900_storm after update on notify.senders for each row execute function storm.tg_pauses();
create trigger _900_storm after insert or update on notify.provider_origins for each row execute function storm.tg_pauses();

-- Nobody is held back, neither by what they had before nor by what it costs.
update notify.settings set daily_cap = 1000000;
update notify.limits set at_most = 1000000;
update notify.spending_caps set per_day = 1000000;
