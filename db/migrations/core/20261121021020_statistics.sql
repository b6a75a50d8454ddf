-- migrate:up
set local lock_timeout = '5s';

create type notify.push_statistic as (day date, pack text, type_key text, sent bigint, opened bigint, opened_share numeric);
comment on type notify.push_statistic is
  'Pushes of a type that were sent on a UTC day, each once however many devices; opened: those after which the person opened the app within 24 hours.';
create type notify.cap_statistic as (day date, people bigint, capped bigint, capped_share numeric);
comment on type notify.cap_statistic is
  'People to whom something on a capped channel was sent or held back by the daily cap on a UTC day, and how many of them the cap reached.';
create type notify.deactivation_statistic as (day date, provider text, reason text, tokens bigint);
comment on type notify.deactivation_statistic is 'Tokens that a provider said are gone, by UTC day and reason.';

-- Takes a subject as well now: the totals of one trip.
drop function if exists notify.outcome_totals(date, date);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
