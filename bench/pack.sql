-- What a pack is, at its smallest: a domain table with a statement trigger, a type, its copy, an audience function.
create schema bench;
create table bench.followers (user_id uuid primary key, provider text not null);
create table bench.announcements (
  id uuid primary key default uuidv7(), type_key text not null, provider text not null, text text not null, recipient_id uuid
);
-- The same table without the trigger: what the trigger costs is the difference.
create table bench.silent_announcements (like bench.announcements including all);

create function bench.audience(event_ids uuid[]) returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.id, f.user_id, 'default', pg_catalog.jsonb_build_object('Text', a.text, 'announcementId', a.id)
  from notify.events as e
  join bench.announcements as a on a.id = e.subject_id
  join bench.followers as f on f.provider = a.provider
  where e.id = any (event_ids) and a.recipient_id is null
  union all
  select e.id, a.recipient_id, 'default', pg_catalog.jsonb_build_object('Text', a.text, 'announcementId', a.id)
  from notify.events as e
  join bench.announcements as a on a.id = e.subject_id
  where e.id = any (event_ids) and a.recipient_id is not null
$$;

create function bench.tg_announcements__emit() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into notify.events (type_key, subject_type, subject_id)
  select i.type_key, 'announcement', i.id from inserted as i;
  return null;
end
$$;
create trigger _500_emit after insert on bench.announcements
  referencing new table as inserted for each statement execute function bench.tg_announcements__emit();

-- No dedupe key: every announcement is an event of its own.
insert into notify.notification_types (key, pack, category, priority, audience, thread_template, data_template, sound)
select 'bench_' || lower(p), 'bench', 'bench', p, 'bench.audience', '{announcementId}', '{"announcementId": "{announcementId}"}', 'default'
from unnest(array['P0', 'P1']) as p;
insert into notify.notification_copies (type_key, locale, title, subtitle, body)
select key, 'en', 'Bench', 'Rowbell', '{Text}' from notify.notification_types where pack = 'bench';
-- Single events that go out on two channels.
insert into notify.notification_types (key, pack, category, audience, channels, default_channels)
select 'bench_push_' || second, 'bench', 'bench', 'bench.audience', array['push', second], array['push', second]
from unnest(array['webhook', 'email']) as second;
insert into notify.notification_copies (type_key, locale, title, body)
select key, 'en', 'Bench', '{Text}' from notify.notification_types where key like 'bench\_push\_%';
-- What nothing carries but the inbox.
insert into notify.notification_types (key, pack, category, audience, channels, default_channels)
values ('bench_in_app', 'bench', 'bench', 'bench.audience', '{in_app}', '{in_app}');
insert into notify.notification_copies (type_key, locale, title, body) values ('bench_in_app', 'en', '{Text}', 'Bench');
-- Every broadcast of the run is meant to go out.
update notify.settings set daily_cap = 1000000;

-- People with a device each, who follow what is told to a crowd.
create function bench.seed(count integer, of_provider text, crowd text default null) returns void
language sql set search_path = pg_catalog, pg_temp as $$
  with person as (insert into notify.users (name) select 'Bench ' || n from generate_series(1, count) as n returning id),
  device as (
    insert into notify.devices (user_id, provider, token)
    select id, of_provider, case of_provider
      when 'apns' then encode(sha256(id::text::bytea), 'hex')
      else 'bench-' || encode(sha512(id::text::bytea), 'hex') end
    from person
  )
  insert into bench.followers select id, coalesce(crowd, of_provider) from person
$$;

-- People whom every channel of the single events reaches.
create function bench.seed_reachable(count integer, webhook_url text, webhook_secret text) returns void
language sql set search_path = pg_catalog, pg_temp as $$
  select bench.seed(count, 'apns', 'reachable');
  update notify.users as u set email = 'bench-' || u.id || '@example.com', email_verified_at = now()
  from bench.followers as f where f.user_id = u.id and f.provider = 'reachable';
  insert into notify.webhook_endpoints (user_id, url, secret)
  select f.user_id, webhook_url, webhook_secret from bench.followers as f where f.provider = 'reachable';
$$;
