-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function coaching_private.preview_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, w.user_id,
    case
      when w.streak in (7, 21) then 'milestone_' || w.streak
      when w.context_line is not null then 'context'
      else 'default'
    end,
    w.variables || pg_catalog.jsonb_build_object(
      -- A call that was moved away and back is previewed again, at another instant.
      'dueAt', extract(epoch from e.due_at),
      'min', greatest(pg_catalog.round(extract(epoch from w.scheduled_at - pg_catalog.now()) / 60), 1),
      'emoji', ('{💪,🔥,🌱,⭐,🏆}'::pg_catalog.text[])[1 + (greatest(w.streak, 1) - 1) % 5],
      'context', w.context_line)
  from notify.events as e join coaching_private.call_copy_variables as w on w.call_id = e.subject_id
  where e.id = any (event_ids)
$$;
comment on function coaching_private.preview_audience(uuid[]) is
  'CP-2, CP-9: whoever is about to be called, with the real number of minutes. The emoji goes round with the day of the streak.';
