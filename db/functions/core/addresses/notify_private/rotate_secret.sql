create or replace function notify_private.rotate_secret(standing text, given text, overlap_hours integer)
returns table (secret text, previous_secret text, previous_secret_expires_at timestamptz)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if overlap_hours is null or overlap_hours not between 0 and 168 then
    raise exception 'overlap_hours: must be from 0 to 168' using errcode = 'RBINV', column = 'overlap_hours';
  end if;
  secret := notify_private.given_or_new_secret(given);
  if overlap_hours > 0 then
    previous_secret := standing;
    previous_secret_expires_at := clock_timestamp() + overlap_hours * interval '1 hour';
  end if;
  return next;
end
$$;
comment on function notify_private.rotate_secret(text, text, integer) is
  'What a signing secret becomes: the given one or a new one, and beside it for some hours the one that stood. The one '
  'before that is not used any more.';
