-- migrate:up
set local lock_timeout = '5s';

alter table notify_private.statistic_marks add column announced_at timestamptz not null default now();
comment on column notify_private.statistic_marks.announced_at is
  'Since when what it announces is not counted: marked_at, or where it was counted in a shorter period first, when that was marked.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
