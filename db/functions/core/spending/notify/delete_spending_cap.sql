create or replace function notify.delete_spending_cap(channel text, country text, note text default null) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
begin
  if country in ('*', 'all') then
    raise exception 'country: the cap for all others and the one for all together are needed' using errcode = 'RBINV', column = 'country';
  end if;
  delete from notify.spending_caps as c where c.channel = channel and c.country = country;
  if not found then
    return false;
  end if;
  perform notify_hidden.note_operator_action('delete_spending_cap', channel || ' ' || country, note);
  return true;
end
$$;
comment on function notify.delete_spending_cap(text, text, text) is
  'For operators: a country''s own cap goes, that of all others ("*") holds for '
  'it. Deletes as the caller, whose grant is the check. False where there was none.';
grant execute on function notify.delete_spending_cap(text, text, text) to rowbell_operator;
