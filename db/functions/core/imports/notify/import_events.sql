create or replace view notify.import_events with (security_invoker = true) as
  select e.type_key, e.actor_id, e.subject_type, e.subject_id, e.data, e.idempotency_key, e.due_at, e.channels, e.fallback_key,
    e.expires_after
  from notify.events as e where false;
alter view notify.import_events alter column data set default '{}';
alter view notify.import_events alter column due_at set default now();
comment on view notify.import_events is $$
@behavior -*
For services: events come in by "copy notify.import_events (type_key, data) from stdin". It has no rows of its own.
$$;
grant insert on notify.import_events to rowbell_writer;
