-- migrate:up
set local lock_timeout = '5s';

alter table notify.journey_enrollments add column left_at timestamptz;
comment on column notify.journey_enrollments.left_at is
  'When exit_journey() took the person out, be it after the last step: what was told of it and is being planned at that moment is not sent either.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
