import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Composites, findUnnamed } from '../scripts/record-fields.ts';
import { readSources } from '../scripts/rooms.ts';
import { createDatabase, type TestDatabase } from './support/database.ts';

let db: TestDatabase;
let composites: Composites;
beforeAll(async () => {
  db = await createDatabase();
  const { rows } = await db.owner.query<{ name: string; fields: string[] }>(
    `select attrelid::regclass::text as name, array_agg(attname::text order by attnum) as fields
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where attnum > 0 and not attisdropped and relkind in ('c', 'r', 'p', 'v') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
     group by attrelid`,
  );
  composites = new Map(rows.map(({ name, fields }) => [name, fields]));
});
afterAll(() => db.drop());

test('every record is filled by the names of its fields', async () => {
  const problems: string[] = [];
  for (const { path, text } of await readSources()) {
    for (const problem of await findUnnamed(text, composites)) problems.push(`${path}: ${problem}`);
  }
  expect(problems).toEqual([]);
});

test.each([
  [
    'a column without a name',
    `create function f() returns setof notify.inbox_change language sql as $$ select 1, null::uuid as undo_token, now() as undo_until $$;`,
  ],
  [
    'columns in another order',
    `create function f() returns notify.inbox_change language sql as $$ select n.changed, n.undo_until, n.undo_token from n $$;`,
  ],
  [
    'one branch of a union',
    `create function f() returns setof notify_private.sending language sql as $$
       select a.sender_id, a.lane from a union all select b.lane, b.sender_id from b $$;`,
  ],
  [
    'what PL/pgSQL returns',
    `create function f() returns setof notify_private.sending language plpgsql as $$ begin return query select 1, 'b'; end $$;`,
  ],
  [
    'what PL/pgSQL reads into a record',
    `create function f() returns void language plpgsql as $$ declare
  s notify_private.sending;
begin select a.lane, a.sender_id into s from a; end $$;`,
  ],
  [
    'a row of values',
    `create view v as select row(a.sender_id, pg_catalog.min(a.lane))::notify_private.sending from a;`,
  ],
  [
    'a subquery that is cast',
    `create view v as select s::notify_private.sending from (select a.sender_id, pg_catalog.min(a.lane) from a) as s;`,
  ],
  [
    'a row without a type',
    `create function f() returns notify_private.sending language plpgsql as $$ begin return row(1, 2); end $$;`,
  ],
  ['another relation', `create view v as select row(s.*)::notify_private.hourly_rollups from notify.users as s;`],
])('found: %s', async (_what, text) => {
  expect(await findUnnamed(text, composites)).toHaveLength(1);
});

test('a record whose columns have the names of its fields is none of these', async () => {
  const text = `
    create function f() returns setof notify_private.sending language sql as $$
      with w as (select a.sender_id, 'bulk' as lane from a)
      select w.sender_id, w.lane from w $$;
    create view v as select row(s.*)::notify_private.hourly_rollups, t::notify_private.sending
      from notify_private.daily_rollups as s, (select a.sender_id, 'bulk' as lane from a) as t;`;
  expect(await findUnnamed(text, composites)).toEqual([]);
});
