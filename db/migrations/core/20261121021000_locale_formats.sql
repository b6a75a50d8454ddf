-- migrate:up
set local lock_timeout = '5s';

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
  over_years text not null
);
alter table notify_private.locale_formats enable row level security;
comment on table notify_private.locale_formats is
  'How dates are said in each locale: short months and CLDR''s interval patterns. {d1} {m1} {y1} are of the first day, {d2} {m2} {y2} of the last; {dd1}, {mm1} with a leading zero, {M1} by name. The rows come from scripts/locale-formats.ts; a locale without one falls back to its language, then to English.';
comment on column notify_private.locale_formats.day is 'First and last day are the same.';
comment on column notify_private.locale_formats.in_month is 'Both in one month.';
comment on column notify_private.locale_formats.in_year is 'In two months of one year.';
comment on column notify_private.locale_formats.over_years is 'In two years; those are then always said.';
insert into notify_private.locale_formats
  (locale, months, day, day_with_year, in_month, in_month_with_year, in_year, in_year_with_year, over_years) values
  ('en', '{Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec}', '{M1} {d1}', '{M1} {d1}, {y1}', '{M1} {d1} – {d2}', '{M1} {d1} – {d2}, {y1}', '{M1} {d1} – {M2} {d2}', '{M1} {d1} – {M2} {d2}, {y1}', '{M1} {d1}, {y1} – {M2} {d2}, {y2}'),
  ('en-AU', '{Jan,Feb,Mar,Apr,May,June,July,Aug,Sept,Oct,Nov,Dec}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('en-CA', '{Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec}', '{M1} {d1}', '{M1} {d1}, {y1}', '{M1} {d1}–{d2}', '{M1} {d1}–{d2}, {y1}', '{M1} {d1}–{M2} {d2}', '{M1} {d1}–{M2} {d2}, {y1}', '{M1} {d1}, {y1}–{M2} {d2}, {y2}'),
  ('en-GB', '{Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sept,Oct,Nov,Dec}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1} – {d2} {M1}', '{d1} – {d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('en-IE', '{Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sept,Oct,Nov,Dec}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('en-IN', '{Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sept,Oct,Nov,Dec}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('en-NZ', '{Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sept,Oct,Nov,Dec}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('en-ZA', '{Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sept,Oct,Nov,Dec}', '{dd1} {M1}', '{dd1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('bg', '{01,02,03,04,05,06,07,08,09,10,11,12}', '{d1}.{mm1}', '{d1}.{mm1}.{y1} г.', '{d1}.{mm1} – {d2}.{mm2}', '{d1}.{mm1} – {d2}.{mm2}.{y1} г.', '{d1}.{mm1} – {d2}.{mm2}', '{d1}.{mm1} – {d2}.{mm2}.{y1} г.', '{d1}.{mm1}.{y1} г. – {d2}.{mm2}.{y2} г.'),
  ('ca', '{de gen.,de febr.,de març,d’abr.,de maig,de juny,de jul.,d’ag.,de set.,d’oct.,de nov.,de des.}', '{d1} {M1}', '{d1} {M1} del {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('cs', '{1,2,3,4,5,6,7,8,9,10,11,12}', '{d1}. {m1}.', '{d1}. {m1}. {y1}', '{d1}. {m1}. – {d2}. {m2}.', '{dd1}.{mm1}.{y1} – {dd2}.{mm2}.{y2}', '{d1}. {m1}. – {d2}. {m2}.', '{dd1}.{mm1}.{y1} – {dd2}.{mm2}.{y2}', '{dd1}.{mm1}.{y1} – {dd2}.{mm2}.{y2}'),
  ('da', '{jan.,feb.,mar.,apr.,maj,jun.,jul.,aug.,sep.,okt.,nov.,dec.}', '{d1}. {M1}', '{d1}. {M1} {y1}', '{d1}.–{d2}. {M1}', '{d1}.–{d2}. {M1} {y1}', '{d1}. {M1}–{d2}. {M2}', '{d1}. {M1}–{d2}. {M2} {y1}', '{d1}. {M1} {y1}–{d2}. {M2} {y2}'),
  ('de', '{Jan.,Feb.,März,Apr.,Mai,Juni,Juli,Aug.,Sept.,Okt.,Nov.,Dez.}', '{d1}. {M1}', '{d1}. {M1} {y1}', '{d1}.–{d2}. {M1}', '{d1}.–{d2}. {M1} {y1}', '{d1}. {M1} – {d2}. {M2}', '{d1}. {M1} – {d2}. {M2} {y1}', '{d1}. {M1} {y1} – {d2}. {M2} {y2}'),
  ('de-AT', '{Jän.,Feb.,März,Apr.,Mai,Juni,Juli,Aug.,Sep.,Okt.,Nov.,Dez.}', '{d1}. {M1}', '{d1}. {M1} {y1}', '{d1}.–{d2}. {M1}', '{d1}.–{d2}. {M1} {y1}', '{d1}. {M1} – {d2}. {M2}', '{d1}. {M1} – {d2}. {M2} {y1}', '{d1}. {M1} {y1} – {d2}. {M2} {y2}'),
  ('el', '{Ιαν,Φεβ,Μαρ,Απρ,Μαΐ,Ιουν,Ιουλ,Αυγ,Σεπ,Οκτ,Νοε,Δεκ}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('es', '{ene,feb,mar,abr,may,jun,jul,ago,sept,oct,nov,dic}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('es-419', '{ene,feb,mar,abr,may,jun,jul,ago,sept,oct,nov,dic}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1} – {d2} de {M1}', '{d1} – {d2} de {M1} de {y1}', '{d1} de {M1} – {d2} de {M2}', '{d1} de {M1} – {d2} de {M2} de {y1}', '{d1} de {M1} de {y1} – {d2} de {M2} de {y2}'),
  ('es-MX', '{ene,feb,mar,abr,may,jun,jul,ago,sep,oct,nov,dic}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} de {M1}', '{d1}–{d2} de {M1} de {y1}', '{d1} de {M1} – {d2} de {M2}', '{d1} de {M1} – {d2} de {M2} {y1}', '{d1} de {M1} de {y1} – {d2} de {M2} de {y2}'),
  ('es-US', '{ene,feb,mar,abr,may,jun,jul,ago,sept,oct,nov,dic}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} de {M1}', '{d1}–{d2} de {M1} de {y1}', '{d1} de {M1} – {d2} de {M2}', '{d1} de {M1} – {d2} de {M2} {y1}', '{d1} de {M1} de {y1} – {d2} de {M2} de {y2}'),
  ('et', '{jaan,veebr,märts,apr,mai,juuni,juuli,aug,sept,okt,nov,dets}', '{d1}. {M1}', '{d1}. {M1} {y1}', '{d1}.–{d2}. {M1}', '{d1}.–{d2}. {M1} {y1}', '{d1}. {M1} – {d2}. {M2}', '{d1}. {M1} – {d2}. {M2} {y1}', '{d1}. {M1} {y1} – {d2}. {M2} {y2}'),
  ('fi', '{1,2,3,4,5,6,7,8,9,10,11,12}', '{d1}.{m1}.', '{d1}.{m1}.{y1}', '{d1}.–{d2}.{m1}.', '{d1}.–{d2}.{m1}.{y1}', '{d1}.{m1}.–{d2}.{m2}.', '{d1}.{m1}.–{d2}.{m2}.{y1}', '{d1}.{m1}.{y1}–{d2}.{m2}.{y2}'),
  ('fr', '{janv.,févr.,mars,avr.,mai,juin,juil.,août,sept.,oct.,nov.,déc.}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('fr-CA', '{janv.,févr.,mars,avr.,mai,juin,juill.,août,sept.,oct.,nov.,déc.}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1} – {d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('hr', '{sij,velj,ožu,tra,svi,lip,srp,kol,ruj,lis,stu,pro}', '{d1}. {M1}', '{d1}. {M1} {y1}.', '{dd1}. – {dd2}. {M1}', '{dd1}. – {dd2}. {M1} {y1}.', '{dd1}. {M1} – {dd2}. {M2}', '{dd1}. {M1} – {dd2}. {M2} {y1}.', '{dd1}. {M1} {y1}. – {dd2}. {M2} {y2}.'),
  ('hu', '{jan.,febr.,márc.,ápr.,máj.,jún.,júl.,aug.,szept.,okt.,nov.,dec.}', '{M1} {d1}.', '{y1}. {M1} {d1}.', '{M1} {d1}–{d2}.', '{y1}. {M1} {d1}–{d2}.', '{M1} {d1}. – {M2} {d2}.', '{y1}. {M1} {d1}. – {M2} {d2}.', '{y1}. {M1} {d1}. – {y2}. {M2} {d2}.'),
  ('id', '{Jan,Feb,Mar,Apr,Mei,Jun,Jul,Agu,Sep,Okt,Nov,Des}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('it', '{gen,feb,mar,apr,mag,giu,lug,ago,set,ott,nov,dic}', '{d1} {M1}', '{d1} {M1} {y1}', '{dd1}–{dd2} {M1}', '{dd1}–{dd2} {M1} {y1}', '{dd1} {M1} – {dd2} {M2}', '{dd1} {M1} – {dd2} {M2} {y1}', '{dd1} {M1} {y1} – {dd2} {M2} {y2}'),
  ('ja', '{1,2,3,4,5,6,7,8,9,10,11,12}', '{m1}月{d1}日', '{y1}年{m1}月{d1}日', '{mm1}/{dd1}～{mm2}/{dd2}', '{y1}/{mm1}/{dd1}～{y2}/{mm2}/{dd2}', '{mm1}/{dd1}～{mm2}/{dd2}', '{y1}/{mm1}/{dd1}～{y2}/{mm2}/{dd2}', '{y1}/{mm1}/{dd1}～{y2}/{mm2}/{dd2}'),
  ('ko', '{1월,2월,3월,4월,5월,6월,7월,8월,9월,10월,11월,12월}', '{m1}월 {d1}일', '{y1}년 {m1}월 {d1}일', '{m1}월 {d1}일~{d2}일', '{y1}년 {m1}월 {d1}일~{d2}일', '{m1}월 {d1}일~{m2}월 {d2}일', '{y1}년 {m1}월 {d1}일~{m2}월 {d2}일', '{y1}년 {m1}월 {d1}일~{y2}년 {m2}월 {d2}일'),
  ('lt', '{01,02,03,04,05,06,07,08,09,10,11,12}', '{mm1}-{dd1}', '{y1}-{mm1}-{dd1}', '{mm1}-{dd1} – {mm2}-{dd2}', '{y1}-{mm1}-{dd1} – {y2}-{mm2}-{dd2}', '{mm1}-{dd1} – {mm2}-{dd2}', '{y1}-{mm1}-{dd1} – {y2}-{mm2}-{dd2}', '{y1}-{mm1}-{dd1} – {y2}-{mm2}-{dd2}'),
  ('lv', '{janv.,febr.,marts,apr.,maijs,jūn.,jūl.,aug.,sept.,okt.,nov.,dec.}', '{d1}. {M1}', '{y1}. g. {d1}. {M1}', '{d1}.–{d2}. {M1}', '{y1}. gada {d1}.–{d2}. {M1}', '{d1}. {M1} – {d2}. {M2}', '{y1}. gada {d1}. {M1} – {d2}. {M2}', '{y1}. gada {d1}. {M1} – {y2}. gada {d2}. {M2}'),
  ('ms', '{Jan,Feb,Mac,Apr,Mei,Jun,Jul,Ogo,Sep,Okt,Nov,Dis}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2}, {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('nb', '{jan.,feb.,mars,apr.,mai,juni,juli,aug.,sep.,okt.,nov.,des.}', '{d1}. {M1}', '{d1}. {M1} {y1}', '{d1}.–{d2}. {M1}', '{d1}.–{d2}. {M1} {y1}', '{d1}. {M1}–{d2}. {M2}', '{d1}. {M1}–{d2}. {M2} {y1}', '{d1}. {M1} {y1}–{d2}. {M2} {y2}'),
  ('nl', '{jan,feb,mrt,apr,mei,jun,jul,aug,sep,okt,nov,dec}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('nn', '{jan.,feb.,mars,apr.,mai,juni,juli,aug.,sep.,okt.,nov.,des.}', '{d1}. {M1}', '{d1}. {M1} {y1}', '{d1}.–{d2}. {M1}', '{d1}.–{d2}. {M1} {y1}', '{d1}. {M1}–{d2}. {M2}', '{d1}. {M1}–{d2}. {M2} {y1}', '{d1}. {M1} {y1}–{d2}. {M2} {y2}'),
  ('no', '{jan.,feb.,mars,apr.,mai,juni,juli,aug.,sep.,okt.,nov.,des.}', '{d1}. {M1}', '{d1}. {M1} {y1}', '{d1}.–{d2}. {M1}', '{d1}.–{d2}. {M1} {y1}', '{d1}. {M1}–{d2}. {M2}', '{d1}. {M1}–{d2}. {M2} {y1}', '{d1}. {M1} {y1}–{d2}. {M2} {y2}'),
  ('pl', '{sty,lut,mar,kwi,maj,cze,lip,sie,wrz,paź,lis,gru}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1}–{d2} {M2}', '{d1} {M1}–{d2} {M2} {y1}', '{d1} {M1} {y1}–{d2} {M2} {y2}'),
  ('pt', '{jan.,fev.,mar.,abr.,mai.,jun.,jul.,ago.,set.,out.,nov.,dez.}', '{d1} de {M1}', '{d1} de {M1} de {y1}', '{d1} – {d2} de {M1}', '{d1} – {d2} de {M1} de {y1}', '{d1} de {M1} – {d2} de {M2}', '{d1} de {M1} – {d2} de {M2} de {y1}', '{d1} de {M1} de {y1} – {d2} de {M2} de {y2}'),
  ('pt-PT', '{01,02,03,04,05,06,07,08,09,10,11,12}', '{d1}/{mm1}', '{d1}/{mm1}/{y1}', '{dd1}/{mm1} – {dd2}/{mm2}', '{dd1}/{mm1}/{y1} – {dd2}/{mm2}/{y2}', '{dd1}/{mm1} – {dd2}/{mm2}', '{dd1}/{mm1}/{y1} – {dd2}/{mm2}/{y2}', '{dd1}/{mm1}/{y1} – {dd2}/{mm2}/{y2}'),
  ('ro', '{ian.,feb.,mar.,apr.,mai,iun.,iul.,aug.,sept.,oct.,nov.,dec.}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('ru', '{янв.,февр.,мар.,апр.,мая,июн.,июл.,авг.,сент.,окт.,нояб.,дек.}', '{d1} {M1}', '{d1} {M1} {y1} г.', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1} г.', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1} г.', '{d1} {M1} {y1} г. – {d2} {M2} {y2} г.'),
  ('sk', '{1,2,3,4,5,6,7,8,9,10,11,12}', '{d1}. {m1}.', '{d1}. {m1}. {y1}', '{d1}. {m1}. – {d2}. {m2}.', '{d1}. {m1}. {y1} – {d2}. {m2}. {y2}', '{d1}. {m1}. – {d2}. {m2}.', '{d1}. {m1}. {y1} – {d2}. {m2}. {y2}', '{d1}. {m1}. {y1} – {d2}. {m2}. {y2}'),
  ('sl', '{jan.,feb.,mar.,apr.,maj,jun.,jul.,avg.,sep.,okt.,nov.,dec.}', '{d1}. {M1}', '{d1}. {M1} {y1}', '{d1}.–{d2}. {M1}', '{d1}.–{d2}. {M1} {y1}', '{d1}. {M1}–{d2}. {M2}', '{d1}. {M1}–{d2}. {M2} {y1}', '{d1}. {M1} {y1}–{d2}. {M2} {y2}'),
  ('sv', '{jan.,feb.,mars,apr.,maj,juni,juli,aug.,sep.,okt.,nov.,dec.}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1}–{d2} {M2}', '{d1} {M1}–{d2} {M2} {y1}', '{d1} {M1} {y1}–{d2} {M2} {y2}'),
  ('tr', '{Oca,Şub,Mar,Nis,May,Haz,Tem,Ağu,Eyl,Eki,Kas,Ara}', '{d1} {M1}', '{d1} {M1} {y1}', '{d1} – {d2} {M1}', '{d1}–{d2} {M1} {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1}', '{d1} {M1} {y1} – {d2} {M2} {y2}'),
  ('uk', '{січ.,лют.,бер.,квіт.,трав.,черв.,лип.,серп.,вер.,жовт.,лист.,груд.}', '{d1} {M1}', '{d1} {M1} {y1} р.', '{d1}–{d2} {M1}', '{d1}–{d2} {M1} {y1} р.', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2} {y1} р.', '{d1} {M1} {y1} – {d2} {M2} {y2} рр.'),
  ('vi', '{thg 1,thg 2,thg 3,thg 4,thg 5,thg 6,thg 7,thg 8,thg 9,thg 10,thg 11,thg 12}', '{d1} {M1}', '{d1} {M1}, {y1}', '{d1} – {d2} {M1}', '{d1} – {d2} {M1}, {y1}', '{d1} {M1} – {d2} {M2}', '{d1} {M1} – {d2} {M2}, {y1}', '{d1} {M1}, {y1} – {d2} {M2}, {y2}'),
  ('zh', '{1,2,3,4,5,6,7,8,9,10,11,12}', '{m1}月{d1}日', '{y1}年{m1}月{d1}日', '{m1}/{d1} – {m2}/{d2}', '{y1}/{m1}/{d1} – {y2}/{m2}/{d2}', '{m1}/{d1} – {m2}/{d2}', '{y1}/{m1}/{d1} – {y2}/{m2}/{d2}', '{y1}/{m1}/{d1} – {y2}/{m2}/{d2}'),
  ('zh-HK', '{1,2,3,4,5,6,7,8,9,10,11,12}', '{m1}月{d1}日', '{y1}年{m1}月{d1}日', '{d1}/{m1} 至 {d2}/{m2}', '{d1}/{m1}/{y1} 至 {d2}/{m2}/{y2}', '{d1}/{m1} 至 {d2}/{m2}', '{d1}/{m1}/{y1} 至 {d2}/{m2}/{y2}', '{d1}/{m1}/{y1} 至 {d2}/{m2}/{y2}'),
  ('zh-Hant', '{1,2,3,4,5,6,7,8,9,10,11,12}', '{m1}月{d1}日', '{y1}年{m1}月{d1}日', '{m1}/{d1}至{m2}/{d2}', '{y1}/{m1}/{d1}至{y2}/{m2}/{d2}', '{m1}/{d1}至{m2}/{d2}', '{y1}/{m1}/{d1}至{y2}/{m2}/{d2}', '{y1}/{m1}/{d1}至{y2}/{m2}/{d2}'),
  ('zh-TW', '{1,2,3,4,5,6,7,8,9,10,11,12}', '{m1}月{d1}日', '{y1}年{m1}月{d1}日', '{m1}/{d1}至{m2}/{d2}', '{y1}/{m1}/{d1}至{y2}/{m2}/{d2}', '{m1}/{d1}至{m2}/{d2}', '{y1}/{m1}/{d1}至{y2}/{m2}/{d2}', '{y1}/{m1}/{d1}至{y2}/{m2}/{d2}');

-- A variable may be a value with a type now, and that is said in the reader's locale.
drop function if exists notify_private.render(text, jsonb);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
