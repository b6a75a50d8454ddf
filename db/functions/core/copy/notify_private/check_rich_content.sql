create or replace function notify_private.check_rich_content(type_keys text[]) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  no_picture constant text := 'must be an https URL with placeholders after its host, or one placeholder';
  wrong text[];
begin
  select x.wrong into wrong
  from notify.notification_types as t
  cross join lateral (select case
    when not notify_private.is_link_template(t.image_url, true) then array['image_url', no_picture]
    when not notify_private.is_link_template(t.icon_url, true) then array['icon_url', no_picture]
    when t.data_template ?| '{deliveryId,imageUrl,actions}'
      then array['data_template', 'deliveryId, imageUrl and actions stand beside the data already']
    else array['actions', notify_private.wrong_actions(t.actions)]
  end || t.key as wrong) as x
  where (check_rich_content.type_keys is null or t.key = any (check_rich_content.type_keys)) and x.wrong[2] is not null
  order by t.key limit 1;

  if wrong is null then
    select x.wrong into wrong
    from notify.notification_copies as c
    join notify.notification_types as t on t.key = c.type_key
    cross join lateral (select case
      when not notify_private.is_link_template(c.image_url, true) then array['image_url', no_picture]
      else array['action_titles', notify_private.wrong_action_titles(c.action_titles, t.actions)]
    end || pg_catalog.format('%s in %s, variant %s', t.key, c.locale, c.variant) as wrong) as x
    where (check_rich_content.type_keys is null or t.key = any (check_rich_content.type_keys)) and x.wrong[2] is not null
    order by t.key, c.locale, c.variant limit 1;
  end if;

  if wrong is not null then
    raise exception '%: % (%)', wrong[1], wrong[2], wrong[3] using errcode = 'RBINV', column = wrong[1],
      hint = 'docs/rich-content.md says what may stand there.';
  end if;
end
$$;
comment on function notify_private.check_rich_content(text[]) is
  'Refuses pictures and buttons that no phone could show, and copy without a title for one of its type''s buttons. Of these types; null: '
  'of all, which migrate asks once the functions are there. Raises RBINV with the column.';
