import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';
import { dbFolder, listSqlFiles } from '../src/migrate/packs.ts';
import { ourSchemas } from './schema.ts';
import type { Scratch } from './scratch.ts';

/** Lints the migrated database's catalog. Returns the problems, a sentence each. */
export async function lintCatalog(scratch: Scratch): Promise<string[]> {
  const client = new pg.Client({ connectionString: scratch.ownerUrl });
  await client.connect();
  try {
    const lint = await readFile(join(import.meta.dirname, 'catalog-lint.sql'), 'utf8');
    const { rows } = await client.query<{ rule: string; object: string; detail: string | null }>(
      `with ours as (${ourSchemas})\n${lint}`,
    );
    const problems = rows.map(({ rule, object, detail }) => `${object}: ${rule}${detail ? ` (${detail})` : ''}`);
    return [...problems, ...(await compareWithFiles(client))];
  } finally {
    await client.end();
  }
}

/**
 * Functions and views stand in db/functions/<pack>/<schema>/<name>.sql, one a file. The few that policies or columns
 * need stand in migrations. Whatever the database has beside these is a leftover that a migration should drop.
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
  const files = new Map(
    (await listSqlFiles('functions')).map((path) => [`${basename(dirname(path))}.${basename(path, '.sql')}`, path]),
  );
  const paths = await listSqlFiles('migrations');
  const texts = await Promise.all(paths.map((path) => readFile(join(dbFolder, '..', path), 'utf8')));
  const created = texts.join('\n').matchAll(/create (?:or replace )?(?:function|view|materialized view) ([a-z_.]+)/g);
  const inMigrations = new Set([...created].map((match) => match[1]));
  return [
    ...[...inDatabase]
      .filter((name) => !files.has(name) && !inMigrations.has(name))
      .map((name) => `${name}: is in the database and has no file of its own in db/functions`),
    ...[...files]
      .filter(([name]) => !inDatabase.has(name))
      .map(([name, path]) => `${path}: does not create ${name}, as its path says`),
  ];
}
