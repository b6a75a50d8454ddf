create or replace view notify.import_users with (security_invoker = true) as
  select u.id, u.external_id, u.name, u.email, u.email_verified_at, u.phone, u.locale, u.time_zone, u.region
  from notify.users as u where false;
alter view notify.import_users alter column id set default uuidv7();
alter view notify.import_users alter column locale set default 'en';
comment on view notify.import_users is $$
@behavior -*
For services: people come in by "copy notify.import_users (external_id, name, email) from stdin". It has no rows of its own.
$$;
grant insert on notify.import_users to rowbell_writer;
