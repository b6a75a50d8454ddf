create or replace function notify_private.tg_settings__check() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  wrong constant text[] := (
    select case
      when notify_hidden.wrong_quiet_hours(n.quiet_hours) is not null
        then array['quiet_hours', notify_hidden.wrong_quiet_hours(n.quiet_hours)]
      when n.digest_time = '24:00' then array['digest_time', 'midnight is 00:00']
      -- Keys without a window and idempotency keys live by it.
      when n.retention < interval '1 day' then array['retention', 'must be at least a day']
    end
    from new_rows as n
  );
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  return null;
end
$$;
comment on function notify_private.tg_settings__check() is
  'What update_settings() refuses is refused to an update of the row as well: '
  'quiet hours that fill the week would hold everything until it expires.';

create or replace trigger _200_check after update on notify.settings
  referencing new table as new_rows for each statement execute function notify_private.tg_settings__check();
