create or replace function notify_private.new_webhook_secret() returns text
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  -- 244 random bits of PostgreSQL's own strong source, without an extension.
  select 'whsec_' || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64')
$$;
comment on function notify_private.new_webhook_secret() is 'A new signing secret of a webhook endpoint, as Standard Webhooks write it.';
