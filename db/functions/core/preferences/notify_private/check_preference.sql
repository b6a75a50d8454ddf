create or replace function notify_private.check_preference(used_channels text[], channel text, enabled boolean, frequency text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
  wrong constant text[] := case
    when channel <> all (used_channels) then array['channel', 'this uses '] || pg_catalog.array_to_string(used_channels, ', ')
    when enabled is null and frequency is null then array['enabled', 'say enabled, frequency or both']
    when frequency not in ('instant', 'daily', 'weekly', 'never') then array['frequency', 'must be instant, daily, weekly or never']
    when frequency in ('daily', 'weekly') and coalesce(channel, '') not in ('', 'push', 'email')
      then array['frequency', 'there are digests of push and email only']
    when frequency in ('daily', 'weekly') and not used_channels && '{push,email}'
      then array['frequency', 'there are digests of push and email only, and this uses neither']
  end;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
end
$$;
comment on function notify_private.check_preference(text[], text, boolean, text) is
  'Refuses (RBINV, naming the field) what nobody can choose for these channels; channel null: for all of them.';
