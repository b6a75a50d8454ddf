create or replace function notify_private.channel_texts(type_key text, locale text, variant text, variables jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  form notify.channel_copies;
  best notify.channel_copies;
  max_segments integer;
  fitted boolean;
  text record;
  texts jsonb;
begin
  -- Channel by channel, the best locale and variant first; most types have none, asked once per text and not per person.
  for form in
    select c.* from notify.channel_copies as c
    where c.type_key = channel_texts.type_key and c.variant in (channel_texts.variant, 'default')
      and c.locale in (channel_texts.locale, pg_catalog.split_part(channel_texts.locale, '-', 1), 'en')
    order by c.channel, c.locale = channel_texts.locale desc, c.locale <> 'en' desc, c.variant = channel_texts.variant desc, c.place
  loop
    if form.channel is distinct from best.channel then
      best := form;
      fitted := false;
      max_segments := case form.channel when 'sms' then (select t.max_segments from notify.notification_types as t
        where t.key = channel_texts.type_key) end;
    end if;
    continue when fitted or form.locale <> best.locale or form.variant <> best.variant;
    select * into strict text from notify_private.fit_to_sms_segments(form.body, variables, channel_texts.locale,
      form.is_plain, max_segments, form.shorten);
    -- Each form takes the place of the one before, so the last stays where none fits.
    texts := coalesce(texts, '{}') || pg_catalog.jsonb_build_object(form.channel,
      pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'title', notify_private.render_for_sms_alphabet(form.title, variables, channel_texts.locale, form.is_plain), 'body', text.rendered,
        'form', form.form)));
    fitted := text.fits;
  end loop;
  return texts;
end
$$;
comment on function notify_private.channel_texts(text, text, text, jsonb) is
  'The words of those channels for which a type has copy of its own, each in the '
  'first form that fits (notifications.channel_texts); null where it has none.';
