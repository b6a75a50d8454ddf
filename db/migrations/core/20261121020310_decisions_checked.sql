-- migrate:up
set local lock_timeout = '5s';

-- Apart from adding them: checking what is there holds nobody up.
alter table notify.decisions validate constraint decisions_outcome_is_known;
alter table notify.decisions validate constraint decisions_rule_iff_not_sent;
alter table notify.decisions validate constraint decisions_notification_iff_not_suppressed;
alter table notify.decisions validate constraint decisions_held_until_iff_waiting;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
