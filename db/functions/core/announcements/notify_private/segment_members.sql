create or replace function notify_private.segment_members(segment text, people uuid[]) returns setof uuid
language plpgsql stable
-- Definer: as live_announcements().
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  source constant text := (
    select pg_catalog.regexp_replace(s.members, '^(.+)\.(.+)$', '"\1"."\2"') from notify.segments as s
    where s.key = segment_members.segment and s.pack <> all (array(select p.name from notify.packs as p where not p.enabled))
  );
begin
  if source is not null then
    return query execute pg_catalog.format('select m.id from %s() as m (id) where m.id = any ($1)', source) using people;
  end if;
end
$$;
comment on function notify_private.segment_members(text, uuid[]) is
  'Who of these people is in a segment; nobody where there is no such segment or its pack is off.';
grant execute on function notify_private.segment_members(text, uuid[]) to rowbell_live;
