-- migrate:up
set local lock_timeout = '5s';

create table notify.provider_origins (
  provider text not null,
  origin text not null,
  first_accepted_at timestamptz,
  accepted_at timestamptz,
  used_at timestamptz not null default now(),
  pauses integer not null default 0,
  paused_until timestamptz,
  pause_reason text,
  primary key (provider, origin),
  constraint provider_origins_pause_is_whole check ((paused_until is null) = (pause_reason is null))
);
alter table notify.provider_origins enable row level security;
-- Asked at each claim: mostly there is none.
create index provider_origins_paused_until_idx on notify.provider_origins (provider) where paused_until is not null;
comment on table notify.provider_origins is
  'One push service (Web Push) or one host that takes webhooks: what is known of it, and whether it is set aside. Others of its provider go on meanwhile.';
comment on column notify.provider_origins.origin is 'Scheme, host and port in small letters, https://host[:port].';
comment on column notify.provider_origins.first_accepted_at is 'Since when it takes what we send; null: it never did.';
comment on column notify.provider_origins.accepted_at is 'When it last took something, to some seconds.';
comment on column notify.provider_origins.used_at is 'When it was last heard of, to a minute; 30 days later it is forgotten.';
comment on column notify.provider_origins.pauses is 'Failed probes in a row; each doubles the pause, from 5 s to 5 min.';
comment on column notify.provider_origins.paused_until is 'It refused us or did not answer: nothing goes there until then, then one message probes. Nothing is lost meanwhile.';
create policy select_admin on notify.provider_origins for select to rowbell_operator using (true);
grant select on notify.provider_origins to rowbell_operator;

insert into notify.retention_policies (table_name, reason) values
  ('notify.provider_origins', '30 days after it was last used, and no more than 2 000 of a provider: expire_keys(), hourly');

-- Had no origin; the new one has a default, so that callers of the old one find it.
drop function if exists notify.resume_provider(text);

alter table notify.delivery_attempts drop constraint delivery_attempts_outcome_is_known;
alter table notify.delivery_attempts add constraint delivery_attempts_outcome_is_known check (
  outcome in ('accepted', 'address', 'message', 'transient', 'throttled', 'misconfigured', 'origin', 'suspect', 'ambiguous', 'lost')
) not valid;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
