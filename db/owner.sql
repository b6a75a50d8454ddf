-- Makes the owner of the database: it may make roles, which migrate does, and is no superuser. The image of postgres runs this
-- with psql when it makes a new data folder; running it again does no harm. The password comes from the container's environment.
\getenv owner_password ROWBELL_OWNER_PASSWORD

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rowbell_owner') then
    create role rowbell_owner;
  end if;
  execute pg_catalog.format('alter database %I owner to rowbell_owner', pg_catalog.current_database());
end
$$;
alter role rowbell_owner login createrole password :'owner_password';
