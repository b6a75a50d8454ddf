-- Plain SQL without settings, as every audience: plan() pages through it.
create or replace function notify_private.digest_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, d.user_id,
    d.channel || case when d.item_count = 1 then '_one' when d.channel = 'push' and d.item_count > 4 then '_more' else '_other' end,
    case d.channel
      when 'push' then pg_catalog.jsonb_build_object('DigestId', d.id, 'Count', d.item_count, 'Titles', t.titles, 'More', d.item_count - 3)
      else pg_catalog.jsonb_build_object('DigestId', d.id, 'Count', d.item_count, 'Items', t.items)
    end
  from notify.events as e
  join notify.digests as d on d.id = e.subject_id
  cross join lateral (
    -- A push has room for 4 kB: three lines and how many more there are; a fourth takes no more room than "and 1 more".
    select
      pg_catalog.string_agg(case when pg_catalog.length(l.title) > 100 then pg_catalog.left(l.title, 99) || '…'
        else l.title end, E'\n' order by i.position)
        filter (where i.position <= case when d.item_count > 4 then 3 else 4 end) as titles,
      pg_catalog.string_agg(pg_catalog.concat_ws(E'\n', n.title, n.subtitle, n.body), E'\n\n' order by i.position) as items
    from notify.digest_items as i
    join notify.notifications as n on n.id = i.notification_id
    cross join lateral (select pg_catalog.regexp_replace(n.title, '\s+', ' ', 'g') as title) as l
    where i.digest_id = d.id and i.position is not null
  ) as t
  where e.id = any (event_ids)
$$;
comment on function notify_private.digest_audience(uuid[]) is
  'The person whose digest was closed, with what it says: in a push the first titles, in an email everything.';
