create or replace function notify_private.list_senders()
returns table (id smallint, app_key text, provider text, environment text, options jsonb, secret_setting text, place smallint,
  changed_at timestamptz)
language sql stable
-- Definer: the worker reads no table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select s.id, s.app_key, s.provider, s.environment, s.options, s.secret_setting, s.place, s.changed_at
  from notify.senders as s order by s.id
$$;
comment on function notify_private.list_senders() is
  'Every sender with its options and the name of the setting that has its secret, for a worker to see which of them it has '
  'credentials for.';
grant execute on function notify_private.list_senders() to rowbell_worker;
