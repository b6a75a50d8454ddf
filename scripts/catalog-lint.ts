import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';
import { dbFolder, listOwnSqlFiles } from '../src/migrate/packs.ts';
import { findUnqualifiedNames, type Routine } from './qualified-names.ts';
import { ourSchemas } from './schema.ts';
import type { Scratch } from './scratch.ts';

/** Lints the migrated database's catalog. Returns the problems, a sentence each. */
export async function lintCatalog(scratch: Scratch): Promise<string[]> {
  const client = new pg.Client({ connectionString: scratch.ownerUrl });
  await client.connect();
  try {
    return [
      ...(await findCatalogProblems(client, ourSchemas)),
      ...(await findUnqualified(client, ourSchemas)),
      ...(await compareWithFiles(client)),
    ];
  } finally {
    await client.end();
  }
}

/**
 * @param schemas a query for `oid` and `nspname` of the schemas to look into
 * @returns what catalog-lint.sql finds, a sentence each
 */
export async function findCatalogProblems(client: pg.ClientBase, schemas: string): Promise<string[]> {
  const lint = await readFile(join(import.meta.dirname, 'catalog-lint.sql'), 'utf8');
  const { rows } = await client.query<{ rule: string; object: string; detail: string | null }>(
    `with ours as (${schemas})\n${lint}`,
  );
  return rows.map(({ rule, object, detail }) => `${object}: ${rule}${detail ? ` (${detail})` : ''}`);
}

/**
 * @param schemas a query for `oid` and `nspname` of the schemas to look into
 * @returns a sentence for each function that names something without its schema although that could be another's
 */
export async function findUnqualified(client: pg.ClientBase, schemas: string): Promise<string[]> {
  const { rows } = await client.query<Routine & { name: string }>(
    `select p.oid::regprocedure::text as name, l.lanname as language,
       case l.lanname when 'sql' then p.prosrc else pg_get_functiondef(p.oid) end as text,
       coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false) as "isPinned",
       array(
         select t.name::text from pg_trigger cross join unnest(array[tgoldtable, tgnewtable]) as t (name)
         where tgfoid = p.oid and t.name is not null
       ) as "transitionTables"
     from pg_proc as p join pg_language as l on l.oid = p.prolang
     -- An aggregate has no body, and what stands between "begin atomic" and "end" was looked up when it was made.
     where l.lanname in ('sql', 'plpgsql') and p.prokind <> 'a' and p.prosqlbody is null
       and p.pronamespace in (select oid from (${schemas}) as s)
     order by 1`,
  );
  const problems: string[] = [];
  for (const { name, ...routine } of rows) {
    const names = await findUnqualifiedNames(routine);
    if (names.length > 0) problems.push(`${name}: say in which schema: ${names.join(', ')}`);
  }
  return problems;
}

/**
 * Functions and views stand in db/functions/<pack>/<room>/<schema>/<name>.sql, one a file. The few that policies or columns
 * need stand in migrations, and a file of triggers alone has a name of its own. Whatever the database has beside these is a leftover that a migration should drop.
 */
async function compareWithFiles(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `with ours as (${ourSchemas})
     select pronamespace::regnamespace || '.' || proname as name from pg_proc where pronamespace in (select oid from ours)
     union
     select relnamespace::regnamespace || '.' || relname from pg_class
     where relkind in ('v', 'm') and relnamespace in (select oid from ours)
     order by name`,
  );
  const inDatabase = new Set(rows.map(({ name }) => name));
  const filed = await listOwnSqlFiles('functions');
  const sources = await Promise.all(filed.map((path) => readFile(join(dbFolder, '..', path), 'utf8')));
  const hasTriggersAlone = new Map(
    filed.map((path, n) => [path, !/^create or replace (?!trigger\b)/m.test(sources[n] as string)]),
  );
  const nameOf = (path: string) => `${basename(dirname(path))}.${basename(path, '.sql')}`;
  const files = new Map(filed.map((path) => [nameOf(path), path]));
  const paths = await listOwnSqlFiles('migrations');
  const texts = await Promise.all(paths.map((path) => readFile(join(dbFolder, '..', path), 'utf8')));
  const created = texts.join('\n').matchAll(/create (?:or replace )?(?:function|view|materialized view) ([a-z_.]+)/g);
  const inMigrations = new Set([...created].map((match) => match[1]));
  return [
    ...filed
      .filter((path) => path.split('/').length !== 'db/functions/pack/room/schema/name.sql'.split('/').length)
      .map((path) => `${path}: should stand in db/functions/<pack>/<room>/<schema>`),
    ...filed
      .filter((path) => files.get(nameOf(path)) !== path)
      .map((path) => `${path}: ${nameOf(path)} stands in ${files.get(nameOf(path))}, too`),
    ...[...inDatabase]
      .filter((name) => !files.has(name) && !inMigrations.has(name))
      .map((name) => `${name}: is in the database and has no file of its own in db/functions`),
    ...[...files]
      .filter(([name, path]) => !inDatabase.has(name) && !hasTriggersAlone.get(path))
      .map(([name, path]) => `${path}: does not create ${name}, as its path says`),
  ];
}
