create or replace function notify_hidden.sentence(keys text[], reader jsonb, variables jsonb default '{}') returns text
language plpgsql stable
-- Definer: the sentences and how a language says dates are in tables that nobody else reads. No row of anybody is looked at.
security definer set search_path = pg_catalog, pg_temp
-- Planning a look-up takes longer than looking up a few keys.
set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  tag constant text := coalesce(reader ->> 'locale', 'en');
  -- Of what is still to come: whatever is said otherwise then is said so first.
  wanted constant text[] := case when reader ? 'to_come' then array(select 'to_come.' || k from unnest(keys) as k) else '{}' end || keys;
  template text;
  known record;
begin
  for template in
    select case when (reader ->> 'self')::boolean then s.you else coalesce(s.they, s.you) end
    from notify_private.sentences as s
    where s.key = any (wanted) and s.locale in (tag, pg_catalog.split_part(tag, '-', 1), 'en')
    order by pg_catalog.split_part(s.locale, '-', 1) = pg_catalog.split_part(tag, '-', 1) desc,
      pg_catalog.array_position(wanted, s.key), s.locale = tag desc
  loop
    if pg_catalog.strpos(template, '{') = 0 then
      return template;
    end if;
    -- What this sentence needs of values that are not text yet, in the reader's words and by the person's clock.
    for known in
      select
        v.key, v.value,
        case
          when v.value ? 'interval' then notify_hidden.interval_words((v.value ->> 'interval')::interval)
          when v.value ? 'words' then v.value
        end as words
      from pg_catalog.jsonb_each(variables) as v
      where pg_catalog.jsonb_typeof(v.value) = 'object' and pg_catalog.strpos(template, '{' || v.key || '}') > 0
    loop
      variables := variables || pg_catalog.jsonb_build_object(known.key, case
        when known.words is not null then pg_catalog.to_jsonb(notify_hidden.sentence(
          array(select pg_catalog.jsonb_array_elements_text(known.words -> 'words')), reader, known.words))
        when known.value ? 'instant' then
          case when isfinite((known.value ->> 'instant')::timestamptz) then known.value || (reader -> 'clock') end
        else known.value
      end);
    end loop;
    begin
      return notify_private.render(template, reader || variables, tag);
    exception when sqlstate 'RBVAR' then
      -- What it needs was not recorded. The next one says less.
      continue;
    end;
  end loop;
  return null;
end
$$;
comment on function notify_hidden.sentence(text[], jsonb, jsonb) is
  'The first of these sentences that there is and whose values are known, for a reader (notify_hidden.reader()): in their language, '
  'else in English, and to the person or about them. Values are text, or {"words": the keys of a sentence}, {"instant": …}, '
  '{"interval": …} and {"dates": …}. explain(), trace() and predict() speak by it.';
grant execute on function notify_hidden.sentence(text[], jsonb, jsonb) to rowbell_user, rowbell_operator;
