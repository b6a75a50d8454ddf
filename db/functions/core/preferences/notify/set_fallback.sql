create or replace function notify.set_fallback(type_key text, fallback_key text default null) returns notify.fallback_choices
language plpgsql volatile
-- Definer: there is no insert grant; this writes the caller's own choice about a type and an order that exist.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  usable text[];
  choice notify.fallback_choices;
begin
  select t.channels into usable from notify.notification_types as t where t.key = set_fallback.type_key;
  if not found then
    raise exception 'type_key: there is no such notification type' using errcode = 'RBNFD', column = 'type_key';
  end if;
  if set_fallback.fallback_key is null then
    delete from notify.fallback_choices as c where c.user_id = me and c.type_key = set_fallback.type_key returning * into choice;
    return choice;
  end if;
  if not exists (select from notify.fallback_steps as s where s.fallback_key = set_fallback.fallback_key) then
    raise exception 'fallback_key: there is no such order of channels' using errcode = 'RBNFD', column = 'fallback_key';
  end if;
  if exists (
    select from notify.fallback_steps as s
    where s.fallback_key = set_fallback.fallback_key and not s.channels && usable
  ) then
    raise exception 'fallback_key: this type uses %', pg_catalog.array_to_string(usable, ', ')
      using errcode = 'RBINV', column = 'fallback_key';
  end if;
  insert into notify.fallback_choices as c (user_id, type_key, fallback_key)
  values (me, set_fallback.type_key, set_fallback.fallback_key)
  on conflict (user_id, type_key) do update set fallback_key = excluded.fallback_key
  returning * into choice;
  return choice;
end
$$;
comment on function notify.set_fallback(text, text) is $$
@nullable
The caller's own order of channels for a type (fallbacks); null takes the choice back, so that the type's own holds.
Raises RBNFD or RBINV, naming the field.
$$;
grant execute on function notify.set_fallback(text, text) to rowbell_user;
