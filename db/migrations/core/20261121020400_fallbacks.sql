-- migrate:up
-- The columns are new, hence empty: there is nothing to scan that a lock would be held for.
-- squawk-ignore-file adding-foreign-key-constraint, require-concurrent-index-creation
set local lock_timeout = '5s';

create table notify.fallbacks (
  key text primary key constraint fallbacks_key_is_a_slug check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  description text not null
);
alter table notify.fallbacks enable row level security;
comment on table notify.fallbacks is 'An order of channels to try, by name; its steps stand in fallback_steps.';
create policy select_all on notify.fallbacks for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
grant select on notify.fallbacks to rowbell_user, rowbell_operator, rowbell_writer;

create table notify.fallback_steps (
  fallback_key text not null references notify.fallbacks on delete cascade on update cascade,
  step integer not null constraint fallback_steps_step_is_positive check (step > 0),
  channels text[] not null constraint fallback_steps_channels_are_known check (channels <@ '{push,email,sms,in_app,webhook}' and channels <> '{}'),
  wait interval constraint fallback_steps_wait_is_positive check (wait > interval '0'),
  until_status text not null default 'delivered' constraint fallback_steps_until_status_is_known check (until_status in ('sent', 'delivered', 'seen', 'read', 'clicked')),
  primary key (fallback_key, step)
);
alter table notify.fallback_steps enable row level security;
comment on table notify.fallback_steps is
  'One step: its channels go out together; the next step begins when none of them has come to until_status within wait, or at once when all of them have failed or none could go.';
comment on column notify.fallback_steps.wait is 'Counted from when this step was decided to be sent; null: only failure begins the next one.';
comment on column notify.fallback_steps.until_status is 'Won by: a delivery''s status sent or delivered, or the person having seen, read or clicked it.';
create policy select_all on notify.fallback_steps for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
grant select on notify.fallback_steps to rowbell_user, rowbell_operator, rowbell_writer;

create table notify.fallback_choices (
  user_id uuid not null references notify.users on delete cascade,
  type_key text not null references notify.notification_types on delete cascade on update cascade,
  fallback_key text not null references notify.fallbacks on update cascade,
  primary key (user_id, type_key)
);
alter table notify.fallback_choices enable row level security;
create index fallback_choices_type_key_user_id_idx on notify.fallback_choices (type_key, user_id);
create index fallback_choices_fallback_key_idx on notify.fallback_choices (fallback_key);
comment on table notify.fallback_choices is 'A person''s own order of channels for a type, before the type''s; the event''s goes before both.';
create policy select_own on notify.fallback_choices for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.fallback_choices for select to rowbell_operator using (true);
create policy select_service on notify.fallback_choices for select to rowbell_writer using (true);
create policy insert_service on notify.fallback_choices for insert to rowbell_writer with check (true);
create policy update_service on notify.fallback_choices for update to rowbell_writer using (true) with check (true);
create policy delete_service on notify.fallback_choices for delete to rowbell_writer using (true);
grant select on notify.fallback_choices to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (user_id, type_key, fallback_key), update (fallback_key), delete on notify.fallback_choices to rowbell_writer;
-- People choose by choose_fallback(), which knows which orders make sense for a type.

alter table notify.notification_types add column fallback_key text references notify.fallbacks on update cascade;
create index notification_types_fallback_key_idx on notify.notification_types (fallback_key);
comment on column notify.notification_types.fallback_key is 'Order in which its channels are tried; channels that are in no step go out at once. Null: all at once.';
grant update (fallback_key) on notify.notification_types to rowbell_operator;

alter table notify.events
  add column channels text[] constraint events_channels_are_known check (channels <@ '{push,email,sms,in_app,webhook}' and channels <> '{}'),
  add column fallback_key text references notify.fallbacks on update cascade;
create index events_fallback_key_idx on notify.events (fallback_key) where fallback_key is not null;
comment on column notify.events.channels is 'Only these of the type''s channels are candidates; null: all of them.';
comment on column notify.events.fallback_key is 'Order of channels for this event, before the person''s and the type''s.';
grant insert (channels, fallback_key) on notify.events to rowbell_writer;

-- Set where a later step waits for this delivery, so that writing back results asks nothing of all the others.
alter table notify.deliveries add column is_awaited boolean not null default false;
comment on column notify.deliveries.is_awaited is 'A fallback''s next step waits for what becomes of it.';
alter type notify_private.fate add attribute is_awaited boolean;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
