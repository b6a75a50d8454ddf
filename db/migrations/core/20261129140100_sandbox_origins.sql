-- migrate:up
set local lock_timeout = '5s';

alter table notify.providers add column sandbox_origins text[] not null default '{}';
comment on column notify.providers.sandbox_origins is
  'Where Web Push endpoints may be although they are not on the public internet (WEB_PUSH_SANDBOX_ORIGINS): the sandbox''s. The workers say it when they start; register_device() asks.';

-- It has one parameter more, with a default: what runs meanwhile calls it as before.
drop function if exists notify_private.register_worker(text, text, integer, text[]);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
