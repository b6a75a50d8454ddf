create or replace function notify_private.given_or_new_secret(secret text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if secret !~ '^whsec_[A-Za-z0-9+/=]{24,200}$' then
    raise exception 'secret: must be "whsec_" and 24 to 200 characters of base64' using errcode = 'RBINV', column = 'secret';
  end if;
  -- 244 random bits of PostgreSQL's own strong source, without an extension.
  return coalesce(secret, 'whsec_' || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'));
end
$$;
comment on function notify_private.given_or_new_secret(text) is
  'The signing secret of a webhook endpoint, as Standard Webhooks write it; a new one where none is given. Raises RBINV naming secret.';
