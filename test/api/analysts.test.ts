import type { ClientBase } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db?.drop());

type Named = { readonly schema: string; readonly name: string };
const foreign = `n.nspname !~ '^pg_' and n.nspname not in ('analytics', 'information_schema')`;
const rowsOf = async <T extends Named>(sql: string): Promise<T[]> => (await db.owner.query<T>(sql)).rows;

/** What PostgreSQL answers each statement with, each in a savepoint of its own; null where it did it. */
async function tried(client: ClientBase, statements: readonly string[]): Promise<Map<string, string | null>> {
  const answers = new Map<string, string | null>();
  for (const sql of statements) {
    await client.query('savepoint s');
    answers.set(
      sql,
      await client.query(sql).then(
        () => null,
        (error: { code: string }) => error.code,
      ),
    );
    await client.query('rollback to savepoint s');
  }
  return answers;
}
const refused = '42501';
const others = (answers: Map<string, string | null>) => [...answers].filter(([, code]) => code !== refused);

describe('NC-52: analysts read the views of analytics and nothing else', () => {
  test('every view of analytics', async () => {
    const views = await rowsOf(
      `select 'analytics' as schema, relname as name from pg_class where relnamespace = 'analytics'::regnamespace`,
    );
    expect(views.length).toBeGreaterThan(13);
    const answers = await db.asAnalyst((client) =>
      tried(
        client,
        views.map(({ name }) => `select * from analytics.${name}`),
      ),
    );
    expect([...answers.values()]).toEqual(views.map(() => null));
  });

  test('no other relation of the catalog', async () => {
    const relations = await rowsOf<Named & { full: string }>(
      `select n.nspname as schema, c.relname as name, format('%I.%I', n.nspname, c.relname) as full from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
       where ${foreign} and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')`,
    );
    expect(new Set(relations.map(({ schema }) => schema))).toContain('graphile_worker');
    expect(relations.length).toBeGreaterThan(130);
    const statements = relations.map(({ full }) => `select from ${full}`);
    expect(others(await db.asAnalyst((client) => tried(client, statements)))).toEqual([]);
    // The statements are right: whoever may, can.
    expect([...(await db.asOwner((client) => tried(client, ['select from notify.deliveries']))).values()]).toEqual([
      null,
    ]);
  });

  test('no function or procedure outside it', async () => {
    const functions = await rowsOf<Named & { call: string }>(
      `select n.nspname as schema, p.proname as name,
         format('%s %I.%I(%s)', case p.prokind when 'p' then 'call' else 'select' end, n.nspname, p.proname,
           (select string_agg('null', ', ') from generate_series(1, p.pronargs))) as call
       from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where ${foreign}`,
    );
    expect(functions.length).toBeGreaterThan(300);
    expect(
      others(
        await db.asAnalyst((client) =>
          tried(
            client,
            functions.map(({ call }) => call),
          ),
        ),
      ),
    ).toEqual([]);
  });

  test('writes nothing, not even what it reads', async () => {
    const relations = await rowsOf<Named & { full: string }>(
      `select n.nspname as schema, c.relname as name, format('%I.%I', n.nspname, c.relname) as full from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
       where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p', 'v')`,
    );
    const statements = relations.flatMap(({ full }) => [`delete from ${full}`, `insert into ${full} default values`]);
    const answers = await db.asAnalyst((client) => tried(client, statements));
    // A view that adds up is no target for anybody, whatever the rights: that is said first.
    expect(others(answers).filter(([sql, code]) => !(code === '55000' && / analytics\./.test(sql)))).toEqual([]);
    const { rows } = await db.owner.query(
      `select c.oid::regclass::text as relation, a.privilege_type as privilege
       from pg_class as c cross join lateral aclexplode(c.relacl) as a
       where a.grantee = 'rowbell_analyst'::regrole and a.privilege_type <> 'SELECT'`,
    );
    expect(rows).toEqual([]);
    const made = ['create table public.mine ()', 'create table analytics.mine ()', 'create schema mine'];
    expect(others(await db.asAnalyst((client) => tried(client, made)))).toEqual([]);
  });

  test('no view has a person in it', async () => {
    const { rows } = await db.owner.query(
      `select attrelid::regclass::text as view, attname as column from pg_attribute
       where attrelid in (select oid from pg_class where relnamespace = 'analytics'::regnamespace)
         and (atttypid in ('uuid'::regtype, 'jsonb'::regtype, 'inet'::regtype) or attname ~ '(^|_)(user|recipient|actor|address|email|phone|token|name|title|body)(_|$)')`,
    );
    expect(rows).toEqual([]);
  });

  test('people, services and whoever has no token do not read it; operators do', async () => {
    const read = (client: ClientBase) => client.query('select from analytics.daily_deliveries');
    const asAda: typeof db.asAnonymous = (work) => db.asUser('00000000-0000-7000-8000-0000000000a1', work);
    for (const as of [asAda, db.asAnonymous, db.asWriter, db.asHttp, db.asWorker]) {
      await expect(as(read)).rejects.toMatchObject({ code: refused });
    }
    expect((await db.asOperator(read)).rowCount).toBe(0);
  });
});
