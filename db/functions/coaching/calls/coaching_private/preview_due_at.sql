create or replace function coaching_private.preview_due_at(scheduled_at timestamptz, user_id uuid) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select case when scheduled_at - pg_catalog.now() >= interval '60 seconds' then greatest(
    pg_catalog.now(),
    scheduled_at - interval '1 minute' * coalesce((select m.lead_minutes from coaching.members as m
      where m.user_id = preview_due_at.user_id), 5))
  end
$$;
comment on function coaching_private.preview_due_at(timestamptz, uuid) is
  'CP-1, CP-9: when a call''s preview is due: the person''s lead time before '
  'it, now where that has passed, never (null) where less than a minute is left.';
