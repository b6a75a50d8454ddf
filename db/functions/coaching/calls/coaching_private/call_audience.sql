-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function coaching_private.call_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, w.user_id, 'default',
    w.variables || pg_catalog.jsonb_build_object(
      'voice', coalesce(w.voice, ''),
      'language', case w.language when 'fr' then 'fr-FR' else 'en-US' end,
      'agentUrl', coalesce(w.agent_url, ''))
  from notify.events as e join coaching_private.call_copy_variables as w on w.call_id = e.subject_id
  where e.id = any (event_ids)
$$;
comment on function coaching_private.call_audience(uuid[]) is
  'CP-6: whoever is called, with the voice, and the language that the copy is in.';
