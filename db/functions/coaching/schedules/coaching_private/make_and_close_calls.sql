create or replace function coaching_private.make_and_close_calls(run_id uuid, at timestamptz) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  closed bigint;
begin
  -- A call nobody could place (no number, no provider, an outage), or of which no report came, is over some day.
  update coaching.calls as c
  set
    status = 'completed',
    outcome = case
      when c.answered_at is null then 'failed'
      when c.outcome_reason is null then 'answered'
      else 'voicemail'
    end,
    -- Of an open line it names the machine that picked up.
    outcome_reason = case
      when c.answered_at is not null then c.outcome_reason
      when c.status = 'in_progress' then 'no_report'
      else coalesce((
        select d.reason
        from (select * from notify.events as z where z.subject_id = c.id offset 0) as e
        join notify.decisions as d on d.event_id = e.id and d.channel = 'voice' and d.outcome = 'suppress'
        where e.subject_type = 'coaching_call' and e.type_key = 'coaching_call'
        order by e.id desc limit 1
      ), 'not_placed')
    end,
    ended_at = at
  where c.status in ('pending', 'in_progress')
    and c.scheduled_at < make_and_close_calls.at - case c.status when 'pending' then interval '15 minutes' else interval '2 hours' end;
  get diagnostics closed = row_count;
  return closed + coaching_private.make_calls();
end
$$;
comment on function coaching_private.make_and_close_calls(uuid, timestamptz) is
  'The sweep of this pack: makes the next calls of daily schedules, and closes calls that were '
  'never placed (after 15 minutes) or never reported on (after two hours). Makes no events itself.';
