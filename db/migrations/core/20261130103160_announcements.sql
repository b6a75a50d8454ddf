-- migrate:up
set local lock_timeout = '5s';

-- What operators say to everybody who is connected: banners, in place of notifications.

create type notify.announcement_text as (language text, title text, body text, action text);
comment on type notify.announcement_text is $$
@nullable action
What an announcement is to say in one language (en, fr). action: the title of its link.
$$;

create table notify.segments (
  key text primary key constraint segments_key_is_a_slug check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  pack text not null,
  labels jsonb not null default '{}' constraint segments_labels_are_an_object check (jsonb_typeof(labels) = 'object'),
  members text not null constraint segments_members_is_qualified check (members ~ '^[a-z_]+\.[a-z0-9_]+$')
);
alter table notify.segments enable row level security;
comment on table notify.segments is
  'Groups of people whom an announcement may be for, by name; a pack adds its own by insert.';
comment on column notify.segments.labels is 'What operators call it, by language.';
comment on column notify.segments.members is
  'Qualified name of "f() returns setof uuid". Plain "language sql stable" without settings or definer, so that the condition "of these '
  'people", who are connected, reaches into it; it therefore qualifies every function and type, pg_catalog''s too.';
create policy select_admin on notify.segments for select to rowbell_operator using (true);
grant select on notify.segments to rowbell_operator;

create table notify.announcements (
  id uuid primary key default uuidv7(),
  level text not null default 'info' constraint announcements_level_is_known check (level in ('info', 'warning', 'critical')),
  texts jsonb not null constraint announcements_texts_have_english check (texts ? 'en'),
  audience text not null default 'all' constraint announcements_audience_is_known check (audience in ('all', 'channel', 'segment')),
  live_channel_name text references notify.live_channels (name) on update cascade,
  segment_key text references notify.segments (key) on update cascade,
  starts_at timestamptz not null default now(),
  ends_at timestamptz,
  created_by uuid default notify_hidden.current_user_id(),
  created_at timestamptz not null default clock_timestamp(),
  constraint announcements_audience_is_named
    check ((live_channel_name is not null) = (audience = 'channel') and (segment_key is not null) = (audience = 'segment'))
);
alter table notify.announcements enable row level security;
-- The foreign keys'.
create index announcements_live_channel_name_idx on notify.announcements (live_channel_name);
create index announcements_segment_key_idx on notify.announcements (segment_key);
comment on table notify.announcements is $$
@name announcement_record
@omit user: current_announcements() says them in one's own language, and announced as they come.
@paged
@order id desc
A banner that operators show to people who are connected: all of them, those who watch a live channel, or those of a segment.
Nobody is told of it later, by a phone or a mail: what must reach somebody is an event. Written by announce() and
withdraw_announcement(), which is why there is no insert or update grant.
$$;
comment on column notify.announcements.level is 'How loud it is: info, warning or critical.';
comment on column notify.announcements.texts is
  'What it says, by language: {"en": {"title", "body", "action": {"title", "url"}}}. English is always there, and stands for the others.';
comment on column notify.announcements.audience is 'Whom it is for: all, those who watch a channel, or those of a segment.';
comment on column notify.announcements.live_channel_name is 'Only with the audience channel.';
comment on column notify.announcements.segment_key is 'Only with the audience segment.';
comment on column notify.announcements.starts_at is 'Nobody sees it before.';
comment on column notify.announcements.ends_at is 'Nobody sees it from then on; null: until it is withdrawn.';
comment on column notify.announcements.created_by is 'The operator; null where their token named nobody, and once that person is erased.';
create function notify_hidden.my_segments() returns text[]
language plpgsql stable
-- Definer: the policy asks it, and who is in a segment is told by tables that people do not read. It says so of the caller alone.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select s.segment_key
    from (
      select distinct a.segment_key from notify.announcements as a
      where a.segment_key is not null and a.starts_at <= now() and (a.ends_at is null or a.ends_at > now())
    ) as s
    where exists (select from notify_private.segment_members(s.segment_key, array[notify_hidden.current_user_id()]))
  );
end
$$;
comment on function notify_hidden.my_segments() is
  'The segments that the caller is in, of those for which something is announced now.';
grant execute on function notify_hidden.my_segments() to rowbell_user;
-- A channel is open to everybody, so what is said on it may be read by everybody.
create policy select_own on notify.announcements for select to rowbell_user using (
  starts_at <= now() and (ends_at is null or ends_at > now())
  and (audience <> 'segment' or segment_key = any ((select notify_hidden.my_segments())::text[]))
);
create policy select_admin on notify.announcements for select to rowbell_operator using (true);
grant select (id, level, texts, audience, live_channel_name, starts_at, ends_at) on notify.announcements to rowbell_user;
grant select on notify.announcements to rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
