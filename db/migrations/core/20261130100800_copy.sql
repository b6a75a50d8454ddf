-- migrate:up
set local lock_timeout = '5s';

-- What the types say, by language and channel, and what it takes to write that: alphabets and dates.

create table notify.notification_copies (
  type_key text not null references notify.notification_types on delete cascade on update cascade,
  locale text not null constraint notification_copies_locale_is_bcp47 check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  variant text not null default 'default',
  title text not null,
  subtitle text,
  body text not null,
  image_url text,
  action_titles jsonb,
  primary key (type_key, locale, variant)
);
alter table notify.notification_copies enable row level security;
comment on table notify.notification_copies is
  'What a type says, per locale and variant (the leader''s words, the second version''s words). Placeholders in braces: '
  '"{CreatorName}". A placeholder without a value fails the planning of that event; it is never sent half-filled.';
comment on column notify.notification_copies.image_url is 'A picture of its own, as notification_types.image_url; null: that of the type.';
comment on column notify.notification_copies.action_titles is
  'What the type''s buttons say, by their keys: {"track": "Track it"}; each button of the type has a title in each of its copies. '
  'Placeholders as in the title.';
create policy select_admin on notify.notification_copies for select to rowbell_operator using (true);
grant select on notify.notification_copies to rowbell_operator;

-- One notification, other words on a channel that needs them: an SMS has one segment, a push has a title.
create table notify.channel_copies (
  type_key text not null references notify.notification_types on delete cascade on update cascade,
  locale text not null constraint channel_copies_locale_is_bcp47 check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  variant text not null default 'default',
  channel text not null constraint channel_copies_channel_is_known check (channel in ('push', 'email', 'sms', 'voice', 'webhook')),
  place integer not null default 1 constraint channel_copies_place_is_positive check (place > 0),
  form text not null default 'full' constraint channel_copies_form_is_a_slug check (form ~ '^[a-z][a-z0-9_]{0,62}$'),
  title text,
  body text not null,
  is_plain boolean not null default false,
  shorten text[] not null default '{}',
  primary key (type_key, channel, locale, variant, place),
  constraint channel_copies_type_key_channel_locale_variant_form_key unique (type_key, channel, locale, variant, form)
);
alter table notify.channel_copies enable row level security;
comment on table notify.channel_copies is
  'What a type says on one channel, where that differs from notification_copies. Several forms of a text stand in the order of '
  'preference: the first that fits notification_types.max_segments goes out, else the last. A variant without rows of its own uses '
  'those of "default".';
comment on column notify.channel_copies.form is 'Name of the form; kept on the delivery, so that one can see how often each went out.';
comment on column notify.channel_copies.title is 'Null: the notification''s own.';
comment on column notify.channel_copies.is_plain is
  'Put into the GSM-7 alphabet as far as that goes, values included: plain punctuation, no emoji, no accents it lacks.';
comment on column notify.channel_copies.shorten is 'Placeholders whose values may be cut, one after the other, until the text fits.';
create policy select_admin on notify.channel_copies for select to rowbell_operator using (true);
grant select on notify.channel_copies to rowbell_operator;

create table notify.transliterations (
  character text primary key constraint transliterations_character_is_one check (length(character) = 1),
  replacement text not null
);
alter table notify.transliterations enable row level security;
comment on table notify.transliterations is
  E'@omit operator: functions that shorten texts read it; migrations write it.\n'
  'What stands for a character in the GSM-7 alphabet, where taking its accents off is not enough.';
create policy select_admin on notify.transliterations for select to rowbell_operator using (true);
grant select on notify.transliterations to rowbell_operator;

-- PostgreSQL formats dates by the server's own locale alone, so what CLDR says of ranges of days is data of ours.
create table notify_private.locale_formats (
  locale text primary key constraint locale_formats_locale_is_bcp47 check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  months text[] not null constraint locale_formats_months_are_twelve check (cardinality(months) = 12),
  day text not null,
  day_with_year text not null,
  in_month text not null,
  in_month_with_year text not null,
  in_year text not null,
  in_year_with_year text not null,
  over_years text not null,
  instant text not null,
  halves text[] not null
    constraint locale_formats_halves_are_two_or_none check (cardinality(halves) in (0, 2))
);
alter table notify_private.locale_formats enable row level security;
comment on table notify_private.locale_formats is
  'How dates and times are said in each locale: short months and CLDR''s interval patterns. {d1} {m1} {y1} are of the first day, '
  '{d2} {m2} {y2} of the last; {dd1}, {mm1} with a leading zero, {M1} by name. The rows come from scripts/locale-formats.ts; a locale '
  'without one falls back to its language, then to English.';
comment on column notify_private.locale_formats.day is 'First and last day are the same.';
comment on column notify_private.locale_formats.in_month is 'Both in one month.';
comment on column notify_private.locale_formats.in_year is 'In two months of one year.';
comment on column notify_private.locale_formats.over_years is 'In two years; those are then always said.';
comment on column notify_private.locale_formats.instant is
  'A day, {date} as above, and a time of it: {H} of 24 hours, {h} of twelve, doubled with a leading zero, {min}, and {half} of the day.';
comment on column notify_private.locale_formats.halves is
  'What the two halves of the day are called (AM, PM); empty where hours are of 24.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
