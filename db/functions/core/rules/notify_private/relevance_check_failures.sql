create or replace function notify_private.relevance_check_failures(candidates notify_private.candidate[]) returns uuid[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  answer uuid[] := '{}';
begin
  for n in 1..pg_catalog.cardinality(candidates) loop
    begin
      perform notify_private.no_longer_relevant(candidates[n:n]);
    exception when others then
      raise warning 'whether a notification of event % is still relevant cannot be told: % %', candidates[n].event_id, sqlstate, sqlerrm;
      answer := answer || candidates[n].notification_id;
    end;
  end loop;
  return answer;
end
$$;
comment on function notify_private.relevance_check_failures(notify_private.candidate[]) is
  'The notifications for which the question whether they still matter raises an error.';
