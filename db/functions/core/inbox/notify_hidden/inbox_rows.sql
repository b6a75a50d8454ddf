-- Plain SQL without settings, so that it is inlined: only the columns that are asked for are made.
create or replace function notify_hidden.inbox_rows(
  filter notify.inbox_filter, sort text, max_rows integer, past_id uuid, past_read boolean, backwards boolean
) returns setof notify.notifications
language sql stable
as $$
  select n.* from notify_hidden.inbox_page(filter, sort, max_rows, past_id, past_read, backwards) with ordinality as p (id, is_read, place)
  -- One by one, each by its key, whatever the planner thinks of the policy: docs/decisions/0005, 3.
  cross join lateral notify.inbox_row(p.id) as n
  order by p.place
$$;
comment on function notify_hidden.inbox_rows(notify.inbox_filter, text, integer, uuid, boolean, boolean) is
  'The notifications that inbox_page() finds, in its order.';
grant execute on function notify_hidden.inbox_rows(notify.inbox_filter, text, integer, uuid, boolean, boolean)
  to rowbell_user, rowbell_operator;
