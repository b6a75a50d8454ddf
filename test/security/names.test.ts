import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findUnqualified } from '../../scripts/catalog-lint.ts';
import { findUnqualifiedNames } from '../../scripts/qualified-names.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack } from '../support/engine-pack.ts';

const root = join(import.meta.dirname, '..', '..');

const sql = (text: string, options: { isPinned?: boolean; transitionTables?: string[] } = {}) =>
  findUnqualifiedNames({ language: 'sql', text, isPinned: false, transitionTables: [], ...options });
const plpgsql = (declared: string, body: string, isPinned = false) =>
  findUnqualifiedNames({
    language: 'plpgsql',
    text: `create function f(a text, b notify.x[]) returns void language plpgsql as $f$ declare ${declared} begin ${body} end $f$`,
    isPinned,
    transitionTables: ['new_rows'],
  });

describe('SE-1: names that another schema could answer are found', () => {
  test.each([
    ["select 'a'::text", 'type text'],
    ["select cast('a' as uuid)", 'type uuid'],
    ["select timestamptz 'epoch'", 'type timestamptz'],
    ["select '{}'::text[]", 'type text'],
    ['select x.* from notify.f() as x (id uuid)', 'type uuid'],
    ['select x.* from rows from (notify.f() as (id date)) as x', 'type date'],
    ["select json_value('{}', '$.a' returning uuid)", 'type uuid'],
    ["select * from json_table('{}', '$' columns (a uuid path '$.a'))", 'type uuid'],
    ["select * from xmltable('/a' passing '<a/>' columns b uuid)", 'type uuid'],
    ['select lower(u.name) from notify.users as u', 'function lower'],
    ['select count(*)', 'function count'],
    ['select left(a, 1)', 'function left'],
    ["select substring(a, 'b')", 'function substring'],
    ['select rank() over (order by a)', 'function rank'],
    ['select * from unnest(a) as x', 'function unnest'],
    ['select a from notify.users order by f(a)', 'function f'],
    ['select * from notify.users tablesample bernoulli (1)', 'function bernoulli'],
    ['select a collate "C"', 'collation C'],
    ['select * from users', 'relation users'],
    ['table users', 'relation users'],
    ['insert into users default values', 'relation users'],
    ['update users set a = 1', 'relation users'],
    ['delete from notify.a using users', 'relation users'],
    ['merge into users as u using notify.a on true when matched then delete', 'relation users'],
    ['select * from pg_class', 'relation pg_class'],
    ["select 'users'::regclass", "relation 'users'"],
    ["select 'f()'::regprocedure", "type 'f()'", 'type regprocedure'],
    [
      'with a as (select 1) select * from notify.b where exists (with c as (select 1) select from a, c) and exists (select from c)',
      'relation c',
    ],
    ['with a as (select * from b), b as (select 1) select * from a', 'relation b'],
    ['truncate notify.users', 'statement TruncateStmt'],
  ])('SQL: %s', async (text, ...problems) => {
    expect(await sql(text)).toEqual(expect.arrayContaining(problems));
  });

  test.each([
    "select 'a'::pg_catalog.text, 1::integer, 2::bigint, true::boolean, 1::numeric, interval '1 day', extract(epoch from a)",
    'select trim(a), position(b in a), substring(a from 1 for 2), coalesce(a, b), greatest(1, 2), nullif(a, b), current_timestamp',
    'select pg_catalog.count(*) from notify.users as u where u.id = any (ids)',
    'with recursive a as (select 1 as n union all select n + 1 from a), b as (select * from a) select * from a, b',
    'select x.* from notify.users as x for update of x',
    "select 'notify.users'::pg_catalog.regclass",
    'select a collate pg_catalog."C"',
  ])('SQL, qualified: %s', async (text) => {
    expect(await sql(text)).toEqual([]);
  });

  test('PL/pgSQL: declarations, statements, expressions, loops and conditions', async () => {
    expect(await plpgsql('v text; r record;', 'null;')).toEqual(['type record', 'type text']);
    expect(await plpgsql('v pg_catalog.text := f1(); r pg_catalog.record;', 'v := f2(); v = f3() = a;')).toEqual(
      ['f1', 'f2', 'f3'].map((name) => `function ${name}`),
    );
    expect(
      await plpgsql(
        'r pg_catalog.record; i integer; t notify.users%rowtype;',
        `for r in select * from f1() loop perform f2(); end loop;
         foreach i in array f3() loop null; end loop;
         while f4() loop exit when f5(); end loop;
         case f6() when f7() then return; end case;
         if f8() then raise exception '%', f9() using hint = g1(); end if;
         r.a := g2(); b[g3()] := g4();
         begin null; exception when others then perform g5(); end;
         select g6() into i;
         return;`,
      ),
    ).toEqual(
      ['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6'].map(
        (name) => `function ${name}`,
      ),
    );
    expect(await plpgsql('', "execute 'select 1';")).toEqual(['statement execute']);
    expect(
      await plpgsql('t notify.users; n integer;', 'perform pg_catalog.now() from notify.users, new_rows; commit;'),
    ).toEqual([]);
  });

  test('with a pinned search_path only relations matter, which pg_temp could answer', async () => {
    expect(await sql("select lower('a'::text) from users", { isPinned: true })).toEqual(['relation users']);
    expect(await sql('select lower(a) from new_rows', { isPinned: true, transitionTables: ['new_rows'] })).toEqual([]);
    expect(await plpgsql('v text;', 'create temp table t (a text); execute a; v := lower(v);', true)).toEqual([
      'relation t',
    ]);
  });
});

describe('SE-1: what we tell others to write keeps to it', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase();
    await db.owner.query(`insert into notify.users (id) values ('00000000-0000-7000-8000-0000000000a2')`);
  });
  afterAll(() => db.drop());

  const sqlOf = async (page: string) =>
    [...(await readFile(join(root, page), 'utf8')).matchAll(/^```sql\n(.*?)^```$/gms)].map(([, text]) => text ?? '');
  const problemsIn = async (schema: string) => {
    const client = await db.owner.connect();
    try {
      return await findUnqualified(client, `select oid, nspname from pg_namespace where nspname = '${schema}'`);
    } finally {
      client.release();
    }
  };

  test('README.md and docs/journeys.md, run as they stand', async () => {
    const [readme, journeys] = [await sqlOf('README.md'), await sqlOf('docs/journeys.md')];
    expect([readme.length, journeys.length > 0]).toEqual([1, true]);
    await db.owner.query(readme[0] ?? '');
    await db.owner.query(journeys[0] ?? '');
    expect(await problemsIn('public')).toEqual([]);
    const { rows } = await db.owner.query(`select type_key from notify.events order by id`);
    expect(rows).toContainEqual({ type_key: 'order_placed' });
    await db.owner.query(`create function public.wrong() returns text language sql stable as $$ select lower('A') $$`);
    expect(await problemsIn('public')).toEqual(['wrong(): say in which schema: function lower']);
  });

  test("the bench's pack and the tests' own", async () => {
    await db.owner.query(await readFile(join(root, 'bench', 'pack.sql'), 'utf8'));
    await installPack(db);
    expect([...(await problemsIn('bench')), ...(await problemsIn('engine_test'))]).toEqual([]);
  });
});
