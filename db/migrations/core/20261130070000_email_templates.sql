-- migrate:up
-- Of the tables changed here the types have a few hundred rows at most.
-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, require-concurrent-index-creation
set local lock_timeout = '5s';

create table notify_private.email_templates (
  name text primary key constraint email_templates_name_is_a_slug check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  pack text not null,
  html text not null,
  texts json not null default '{}' constraint email_templates_texts_are_an_object check (json_typeof(texts) = 'object'),
  digest text not null
);
alter table notify_private.email_templates enable row level security;
comment on table notify_private.email_templates is
  'How mails look: the templates of every pack, as migrate finds them in its files.';
comment on column notify_private.email_templates.html is
  'With placeholders: {{title}}, {{lines:body}}, <!-- if:badge -->…<!-- end -->; docs/email.md names them.';
comment on column notify_private.email_templates.texts is
  'What the template itself says, by language: {"en": {"badge": "Paid", "figures": {"total": "Total"}}}. A figure is a value '
  'of the notification''s data and its label.';
comment on column notify_private.email_templates.digest is 'SHA-256 of html and texts: by it a worker knows what it has compiled.';

-- What types name by now; migrate brings the templates themselves before it applies the packs' migrations.
insert into notify_private.email_templates (name, pack, html, digest)
select distinct t.email_template, 'core', '', '' from notify.notification_types as t;

alter table notify.notification_types
  drop constraint notification_types_email_template_is_known,
  add constraint notification_types_email_template_fkey
    foreign key (email_template) references notify_private.email_templates on update cascade;
create index notification_types_email_template_idx on notify.notification_types (email_template);
comment on column notify.notification_types.email_template is
  'Which mail template shows it: the core''s "notification", or one of its pack''s.';

insert into notify.retention_policies (table_name, reason) values
  ('notify_private.email_templates', 'A row a template');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
