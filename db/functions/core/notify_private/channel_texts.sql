create or replace function notify_private.channel_texts(type_key text, locale text, variant text, variables jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  most integer;
  form notify.channel_copies;
  fitted text := '';
  text record;
  texts jsonb := '{}';
begin
  -- Most types have none; asked once per text and not per person.
  if not exists (select from notify.channel_copies as c where c.type_key = channel_texts.type_key) then
    return null;
  end if;
  select t.max_segments into most from notify.notification_types as t where t.key = channel_texts.type_key;
  for form in
    select c.* from notify.channel_copies as c
    join (
      select distinct on (x.channel) x.channel, x.locale, x.variant from notify.channel_copies as x
      where x.type_key = channel_texts.type_key and x.variant in (channel_texts.variant, 'default')
        and x.locale in (channel_texts.locale, pg_catalog.split_part(channel_texts.locale, '-', 1), 'en')
      order by x.channel, x.locale = channel_texts.locale desc, x.locale <> 'en' desc, x.variant = channel_texts.variant desc
    ) as best using (channel, locale, variant)
    where c.type_key = channel_texts.type_key
    order by c.channel, c.place
  loop
    continue when form.channel = fitted;
    select * into strict text
    from notify_private.fitting_text(form.body, variables, channel_texts.locale, form.is_plain, case form.channel when 'sms' then most end, form.shorten);
    -- Each form takes the place of the one before, so the last stays where none fits.
    texts := texts || pg_catalog.jsonb_build_object(form.channel, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'title', notify_private.said_as(form.title, variables, channel_texts.locale, form.is_plain), 'body', text.said, 'form', form.form)));
    if text.fits then
      fitted := form.channel;
    end if;
  end loop;
  return nullif(texts, '{}');
end
$$;
comment on function notify_private.channel_texts(text, text, text, jsonb) is
  'The words of those channels for which a type has copy of its own, each in the first form that fits (notifications.channel_texts); null where it has none.';
