create or replace function notify_private.needed_events(from_id uuid, to_id uuid, kept_since timestamptz) returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp
as $$
  -- Still to come, or planned or canceled lately though created long ago. Given up: nothing of it could be delivered.
  select e.id from notify.events as e
  where e.id >= from_id and e.id < to_id
    and case
      when e.planned_at is null and e.canceled_at is null then e.retry_at is distinct from 'infinity'
      else coalesce(e.planned_at, e.canceled_at) >= kept_since
    end
  union
  select h.event_id from notify.holds as h where h.event_id >= from_id and h.event_id < to_id and h.released_at is null
  union
  select i.event_id from notify.digests as d join notify.digest_items as i on i.digest_id = d.id
  where d.closed_at is null and i.event_id >= from_id and i.event_id < to_id
$$;
comment on function notify_private.needed_events(uuid, uuid, timestamptz) is
  'Events of a range of ids that are needed however old they are: to come, planned lately, with an open hold or in an open digest.';
