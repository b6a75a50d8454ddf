create or replace function notify_private.check_status_endpoint(endpoint notify.status_endpoints) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  wrong text[];
begin
  wrong := case
    when coalesce(length(endpoint.url), 0) not between 1 and 2000 or not (
      notify_private.is_public_https(endpoint.url)
      or endpoint.url ~ '^https?://[][A-Za-z0-9._:-]+(/[!-~]*)?$'
        and (select p.allows_private_networks from notify.providers as p where p.provider = 'webhook')
    ) then array['url', 'must be an https address of the public internet, by name, of at most 2000 characters']
    when cardinality(coalesce(endpoint.kinds, '{}')) = 0 then array['kinds', 'must name one at least']
    when not endpoint.kinds <@ array['delivered', 'failed', 'suppressed', 'opened', 'clicked', 'unsubscribed']
      then array['kinds', 'must be of delivered, failed, suppressed, opened, clicked, unsubscribed']
    when endpoint.type_keys is null or cardinality(endpoint.type_keys) > 1000
      or not endpoint.type_keys <@ array(select t.key from notify.notification_types as t)
      then array['type_keys', 'there is no such notification type']
    when endpoint.app_keys is null or cardinality(endpoint.app_keys) > 1000
      or not endpoint.app_keys <@ array(select a.key from notify.apps as a)
      then array['app_keys', 'there is no such app']
    when endpoint.max_events is null or endpoint.max_events not between 50 and 1000 then array['max_events', 'must be from 50 to 1000']
  end;
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2]
      using errcode = 'RBINV', column = wrong[1], hint = 'docs/status-events.md says what a status endpoint may be.';
  end if;
  if exists (select from notify.status_endpoints as e where e.url = endpoint.url and e.id is distinct from endpoint.id) then
    raise exception 'url: there is a status endpoint of this address already' using errcode = 'RBCFL', column = 'url';
  end if;
end
$$;
comment on function notify_private.check_status_endpoint(notify.status_endpoints) is
  'Refuses what a status endpoint cannot be. Where its name leads is looked at when the connection is made.';
