create or replace function notify_private.best_copy(type_key text, locale text, variant text) returns notify.notification_copies
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  best notify.notification_copies;
begin
  select c.* into best from notify.notification_copies as c
  where c.type_key = best_copy.type_key and c.variant = best_copy.variant
    and c.locale in (best_copy.locale, pg_catalog.split_part(best_copy.locale, '-', 1), 'en')
  order by c.locale = best_copy.locale desc, c.locale <> 'en' desc
  limit 1;
  if not found then
    raise exception 'type % has no copy for variant "%" in "%" or "en"', type_key, variant, locale
      using errcode = 'RBCPY', hint = 'Insert a row into notify.notification_copies.';
  end if;
  return best;
end
$$;
comment on function notify_private.best_copy(text, text, text) is
  'A type''s copy in the person''s locale, else in its language, else in English. Raises RBCPY where the variant has none.';
