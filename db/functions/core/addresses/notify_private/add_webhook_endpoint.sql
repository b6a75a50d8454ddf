create or replace function notify_private.add_webhook_endpoint(user_id uuid, url text, secret text) returns notify.webhook_secret
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  added notify.webhook_endpoints;
begin
  if coalesce(length(url), 0) not between 1 and 2000 or not (
    notify_private.is_public_https(url)
    or url ~ '^https?://[][A-Za-z0-9._:-]+(/[!-~]*)?$'
      and (select p.allows_private_networks from notify.providers as p where p.provider = 'webhook')
  ) then
    raise exception 'url: must be an https address of the public internet, by name, of at most 2000 characters'
      using errcode = 'RBINV', column = 'url';
  end if;
  if not exists (select from notify.users as u where u.id = user_id) then
    raise exception 'user_id: there is no such person' using errcode = 'RBNFD', column = 'user_id';
  end if;
  -- One that was given up begins anew, with another id: what is still said of the old one does not concern it.
  delete from notify.webhook_endpoints as w where w.user_id = user_id and w.url = url and w.deactivated_at is not null;
  begin
    insert into notify.webhook_endpoints (user_id, url, secret)
    values (user_id, url, notify_private.given_or_new_secret(secret))
    returning * into added;
  exception when unique_violation then
    raise exception 'url: this endpoint is registered already; rotate its secret where it is lost'
      using errcode = 'RBCFL', column = 'url';
  end;
  return (
    select s::notify.webhook_secret
    from (select added.id as webhook_endpoint_id, added.secret as secret, null::timestamptz as previous_secret_expires_at) as s
  );
end
$$;
comment on function notify_private.add_webhook_endpoint(uuid, text, text) is
  'Registers a webhook endpoint of a person, with a new secret where none is given. Its URL '
  'must be on the public internet, unless the workers send elsewhere, too.';
