create or replace function notify.unsuppress_address(channel text, address text) returns boolean
language plpgsql volatile
-- Definer: the list is written by the engine and by these two functions alone. Its grant is the check of the caller.
security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  delete from notify.suppressions as s
  where s.channel = unsuppress_address.channel
    and s.address = case unsuppress_address.channel when 'email' then lower(unsuppress_address.address) else unsuppress_address.address end;
  return found;
end
$$;
comment on function notify.unsuppress_address(text, text) is 'For operators: takes an address off the suppression list. False where it was not on it.';
grant execute on function notify.unsuppress_address(text, text) to rowbell_operator;
