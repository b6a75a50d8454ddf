-- migrate:up
set local lock_timeout = '5s';

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
  'What a type says on one channel, where that differs from notification_copies. Several forms of a text stand in the order of preference: the first that fits notification_types.max_segments goes out, else the last. A variant without rows of its own uses those of "default".';
comment on column notify.channel_copies.form is 'Name of the form; kept on the delivery, so that one can see how often each went out.';
comment on column notify.channel_copies.title is 'Null: the notification''s own.';
comment on column notify.channel_copies.is_plain is 'Put into the GSM-7 alphabet as far as that goes, values included: plain punctuation, no emoji, no accents it lacks.';
comment on column notify.channel_copies.shorten is 'Placeholders whose values may be cut, one after the other, until the text fits.';
create policy select_admin on notify.channel_copies for select to rowbell_operator using (true);
grant select on notify.channel_copies to rowbell_operator;

alter table notify.notification_types
  add column max_segments integer constraint notification_types_max_segments_is_sane check (max_segments between 1 and 10),
  add column channel_attempts jsonb not null default '{}'
    constraint notification_types_channel_attempts_are_sane check (jsonb_typeof(channel_attempts) = 'object');
comment on column notify.notification_types.max_segments is 'Most segments of its SMS; null: as many as its text has.';
comment on column notify.notification_types.channel_attempts is
  'Most attempts by channel, where max_attempts does not hold: {"sms": 1}. An SMS or call with one attempt is never tried again, not even where our own account was refused.';
grant update (max_segments, channel_attempts) on notify.notification_types to rowbell_operator;

alter type notify_private.person add attribute channel_texts jsonb;
alter table notify.notifications add column channel_texts jsonb;
comment on column notify.notifications.channel_texts is
  'The words of channels that have their own: {"sms": {"body": "…", "form": "plain"}}; null: every channel says title and body.';

alter table notify.deliveries
  add column sms_form text,
  add column sms_encoding text constraint deliveries_sms_encoding_is_known check (sms_encoding in ('gsm7', 'ucs2')),
  add column sms_segments integer,
  add column sms_country text,
  add constraint deliveries_sms_is_measured check ((sms_encoding is null) = (sms_segments is null)) not valid;
comment on column notify.deliveries.sms_form is 'Which form of its copy an SMS carries (channel_copies.form); null: the notification''s own words.';
comment on column notify.deliveries.sms_encoding is 'gsm7 (160 septets a segment) or ucs2 (70 UTF-16 units): as the carrier will send it.';
comment on column notify.deliveries.sms_segments is 'What an SMS costs: the number of its segments.';
comment on column notify.deliveries.sms_country is 'ISO 3166 country of the number, by its calling code; null: none known.';
grant select (sms_form, sms_encoding, sms_segments, sms_country) on notify.deliveries to rowbell_user;

create table notify.transliterations (
  character text primary key constraint transliterations_character_is_one check (length(character) = 1),
  replacement text not null
);
alter table notify.transliterations enable row level security;
comment on table notify.transliterations is
  'What stands for a character in the GSM-7 alphabet, where taking its accents off is not enough.';
create policy select_admin on notify.transliterations for select to rowbell_operator using (true);
grant select on notify.transliterations to rowbell_operator;
insert into notify.transliterations (character, replacement) values
  (U&'\2010', '-'), (U&'\2011', '-'), (U&'\2012', '-'), (U&'\2013', '-'), (U&'\2014', '-'), (U&'\2015', '-'), (U&'\2212', '-'),
  (U&'\2018', ''''), (U&'\2019', ''''), (U&'\201A', ','), (U&'\2032', ''''), (U&'\00B4', ''''), (U&'\0060', ''''),
  (U&'\201C', '"'), (U&'\201D', '"'), (U&'\201E', '"'), (U&'\00AB', '"'), (U&'\00BB', '"'), (U&'\2033', '"'),
  (U&'\2026', '...'), (U&'\2022', '*'), (U&'\00B7', '.'), (U&'\00D7', 'x'), (U&'\00B0', 'o'),
  (U&'\00A0', ' '), (U&'\202F', ' '), (U&'\2009', ' '), (U&'\2002', ' '), (U&'\2003', ' '), (U&'\0009', ' '),
  (U&'\0152', 'OE'), (U&'\0153', 'oe'), (U&'\0141', 'L'), (U&'\0142', 'l'), (U&'\0110', 'D'), (U&'\0111', 'd'), (U&'\00D0', 'D'), (U&'\00F0', 'd'),
  (U&'\00DE', 'Th'), (U&'\00FE', 'th'), (U&'\0131', 'i'), (U&'\0132', 'IJ'), (U&'\0133', 'ij'), (U&'\00E7', 'c'), (U&'\1E9E', 'SS'),
  (U&'\200B', ''), (U&'\200D', ''), (U&'\FE0E', ''), (U&'\FE0F', ''), (U&'\00AD', ''), (U&'\2122', 'TM'), (U&'\00A9', '(c)'), (U&'\00AE', '(R)');

create table notify.phone_prefixes (
  prefix text primary key constraint phone_prefixes_prefix_is_digits check (prefix ~ '^[1-9][0-9]{0,6}$'),
  country text not null constraint phone_prefixes_country_is_iso3166 check (country ~ '^[A-Z]{2}$')
);
alter table notify.phone_prefixes enable row level security;
comment on table notify.phone_prefixes is
  'Calling codes (ITU-T E.164) and, where countries share one, the digits after it; the longest prefix of a number says its country.';
create policy select_admin on notify.phone_prefixes for select to rowbell_operator using (true);
grant select on notify.phone_prefixes to rowbell_operator;
insert into notify.phone_prefixes (prefix, country)
  select unnest(p.prefixes::text[]), p.country from (values
    ('US', '{1}'), ('RU', '{7}'), ('EG', '{20}'), ('ZA', '{27}'), ('GR', '{30}'), ('NL', '{31}'), ('BE', '{32}'),
    ('FR', '{33}'), ('ES', '{34}'), ('HU', '{36}'), ('IT', '{39}'), ('RO', '{40}'), ('CH', '{41}'), ('AT', '{43}'),
    ('GB', '{44}'), ('DK', '{45}'), ('SE', '{46}'), ('NO', '{47}'), ('PL', '{48}'), ('DE', '{49}'), ('PE', '{51}'),
    ('MX', '{52}'), ('CU', '{53}'), ('AR', '{54}'), ('BR', '{55}'), ('CL', '{56}'), ('CO', '{57}'), ('VE', '{58}'),
    ('MY', '{60}'), ('AU', '{61}'), ('ID', '{62}'), ('PH', '{63}'), ('NZ', '{64}'), ('SG', '{65}'), ('TH', '{66}'),
    ('JP', '{81}'), ('KR', '{82}'), ('VN', '{84}'), ('CN', '{86}'), ('TR', '{90}'), ('IN', '{91}'), ('PK', '{92}'),
    ('AF', '{93}'), ('LK', '{94}'), ('MM', '{95}'), ('IR', '{98}'), ('SS', '{211}'), ('MA', '{212}'), ('DZ', '{213}'),
    ('TN', '{216}'), ('LY', '{218}'), ('GM', '{220}'), ('SN', '{221}'), ('MR', '{222}'), ('ML', '{223}'),
    ('GN', '{224}'), ('CI', '{225}'), ('BF', '{226}'), ('NE', '{227}'), ('TG', '{228}'), ('BJ', '{229}'),
    ('MU', '{230}'), ('LR', '{231}'), ('SL', '{232}'), ('GH', '{233}'), ('NG', '{234}'), ('TD', '{235}'),
    ('CF', '{236}'), ('CM', '{237}'), ('CV', '{238}'), ('ST', '{239}'), ('GQ', '{240}'), ('GA', '{241}'),
    ('CG', '{242}'), ('CD', '{243}'), ('AO', '{244}'), ('GW', '{245}'), ('IO', '{246}'), ('SC', '{248}'),
    ('SD', '{249}'), ('RW', '{250}'), ('ET', '{251}'), ('SO', '{252}'), ('DJ', '{253}'), ('KE', '{254}'),
    ('TZ', '{255}'), ('UG', '{256}'), ('BI', '{257}'), ('MZ', '{258}'), ('ZM', '{260}'), ('MG', '{261}'),
    ('RE', '{262}'), ('ZW', '{263}'), ('NA', '{264}'), ('MW', '{265}'), ('LS', '{266}'), ('BW', '{267}'),
    ('SZ', '{268}'), ('KM', '{269}'), ('SH', '{290}'), ('ER', '{291}'), ('AW', '{297}'), ('FO', '{298}'),
    ('GL', '{299}'), ('GI', '{350}'), ('PT', '{351}'), ('LU', '{352}'), ('IE', '{353}'), ('IS', '{354}'),
    ('AL', '{355}'), ('MT', '{356}'), ('CY', '{357}'), ('FI', '{358}'), ('BG', '{359}'), ('LT', '{370}'),
    ('LV', '{371}'), ('EE', '{372}'), ('MD', '{373}'), ('AM', '{374}'), ('BY', '{375}'), ('AD', '{376}'),
    ('MC', '{377}'), ('SM', '{378}'), ('UA', '{380}'), ('RS', '{381}'), ('ME', '{382}'), ('XK', '{383}'),
    ('HR', '{385}'), ('SI', '{386}'), ('BA', '{387}'), ('MK', '{389}'), ('CZ', '{420}'), ('SK', '{421}'),
    ('LI', '{423}'), ('FK', '{500}'), ('BZ', '{501}'), ('GT', '{502}'), ('SV', '{503}'), ('HN', '{504}'),
    ('NI', '{505}'), ('CR', '{506}'), ('PA', '{507}'), ('PM', '{508}'), ('HT', '{509}'), ('GP', '{590}'),
    ('BO', '{591}'), ('GY', '{592}'), ('EC', '{593}'), ('GF', '{594}'), ('PY', '{595}'), ('MQ', '{596}'),
    ('SR', '{597}'), ('UY', '{598}'), ('CW', '{599}'), ('TL', '{670}'), ('NF', '{672}'), ('BN', '{673}'),
    ('NR', '{674}'), ('PG', '{675}'), ('TO', '{676}'), ('SB', '{677}'), ('VU', '{678}'), ('FJ', '{679}'),
    ('PW', '{680}'), ('WF', '{681}'), ('CK', '{682}'), ('NU', '{683}'), ('WS', '{685}'), ('KI', '{686}'),
    ('NC', '{687}'), ('TV', '{688}'), ('PF', '{689}'), ('TK', '{690}'), ('FM', '{691}'), ('MH', '{692}'),
    ('KP', '{850}'), ('HK', '{852}'), ('MO', '{853}'), ('KH', '{855}'), ('LA', '{856}'), ('BD', '{880}'),
    ('TW', '{886}'), ('MV', '{960}'), ('LB', '{961}'), ('JO', '{962}'), ('SY', '{963}'), ('IQ', '{964}'),
    ('KW', '{965}'), ('SA', '{966}'), ('YE', '{967}'), ('OM', '{968}'), ('PS', '{970}'), ('AE', '{971}'),
    ('IL', '{972}'), ('BH', '{973}'), ('QA', '{974}'), ('BT', '{975}'), ('MN', '{976}'), ('NP', '{977}'),
    ('TJ', '{992}'), ('TM', '{993}'), ('AZ', '{994}'), ('GE', '{995}'), ('KG', '{996}'), ('UZ', '{998}'),
    ('KZ', '{76,77}'), ('GG', '{441481}'), ('JE', '{441534}'), ('IM', '{441624}'), ('SJ', '{4779}'), ('VA', '{3906698}'),
    ('YT', '{262269,262639}'), ('BQ', '{5997}'),
    ('CA', '{1204,1226,1236,1249,1250,1257,1263,1289,1306,1343,1354,1365,1367,1368,1382,1403,1416,1418,1428,1431,1437,1438,1450,1460,1468,1474,1506,1514,1519,1548,1579,1581,1584,1587,1604,1613,1639,1647,1672,1683,1705,1709,1742,1753,1778,1780,1782,1807,1819,1825,1867,1873,1879,1902,1905,1942}'),
    ('BS', '{1242}'), ('BB', '{1246}'), ('AI', '{1264}'), ('AG', '{1268}'), ('VG', '{1284}'), ('VI', '{1340}'),
    ('KY', '{1345}'), ('BM', '{1441}'), ('GD', '{1473}'), ('TC', '{1649}'), ('JM', '{1658,1876}'), ('MS', '{1664}'),
    ('MP', '{1670}'), ('GU', '{1671}'), ('AS', '{1684}'), ('SX', '{1721}'), ('LC', '{1758}'), ('DM', '{1767}'),
    ('VC', '{1784}'), ('PR', '{1787,1939}'), ('DO', '{1809,1829,1849}'), ('TT', '{1868}'), ('KN', '{1869}')
  ) as p (country, prefixes);

create table notify.sms_prices (
  country text not null constraint sms_prices_country_is_iso3166 check (country ~ '^[A-Z]{2}$'),
  valid_from timestamptz not null default '-infinity',
  price numeric not null constraint sms_prices_price_is_not_negative check (price >= 0),
  currency text not null constraint sms_prices_currency_is_iso4217 check (currency ~ '^[A-Z]{3}$'),
  primary key (country, valid_from)
);
alter table notify.sms_prices enable row level security;
comment on table notify.sms_prices is 'What one segment of an SMS costs, per country, from an instant on: estimates of past months keep the price of their time.';
create policy select_admin on notify.sms_prices for select to rowbell_operator using (true);
create policy insert_admin on notify.sms_prices for insert to rowbell_operator with check (true);
grant select, insert (country, valid_from, price, currency) on notify.sms_prices to rowbell_operator;
insert into notify.sms_prices (country, price, currency) values ('US', 0.0075, 'USD'), ('FR', 0.065, 'EUR');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
