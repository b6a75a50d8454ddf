create or replace function notify_private.open_schema(name text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  closed notify_private.closed_schemas;
begin
  for closed in delete from notify_private.closed_schemas as c where c.schema_name = open_schema.name returning c.* loop
    -- A role may have gone meanwhile.
    if pg_catalog.to_regrole(closed.role_name) is not null then
      execute pg_catalog.format('grant usage on schema %I to %s', closed.schema_name, closed.role_name);
    end if;
  end loop;
end
$$;
comment on function notify_private.open_schema(text) is 'Gives a schema back to those from whom close_schema() took it.';
