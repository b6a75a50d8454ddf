import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ClientBase } from 'pg';
import { migrationsTable } from './migrations.ts';
import { listSqlFiles, numberOf, type Pack, root } from './packs.ts';

/** Which text each migration had when it was applied: dbmate knows it by its number alone. */
const textsTable = 'rowbell.migration_texts';

/**
 * Refuses a database that was made by migrations other than these: until they are released they may be rewritten, and dbmate
 * would pass over what is missing without a word. Changes nothing.
 *
 * @param packs all there are, the core first: also those that are off keep what was applied
 * @param beginAnew how to get a new database, as the end of a sentence
 * @throws {Error} naming the migrations
 */
export async function refuseRewritten(
  owner: ClientBase,
  packs: readonly Pack[],
  beginAnew: string | null,
): Promise<void> {
  const applied = await readApplied(owner);
  if (applied.size === 0) return;
  const noted = await readNoted(owner);
  const texts = await readTexts(packs);
  const rewritten = texts.filter(({ number, digest }) => applied.has(number) && noted.get(number) !== digest);
  const ofCore = await listSqlFiles('migrations', packs.slice(0, 1));
  const isOfOtherFiles = !ofCore.some((path) => applied.has(numberOf(path)));
  if (rewritten.length === 0 && !isOfOtherFiles) return;
  const { rows } = await owner.query<{ name: string }>('select quote_ident(current_database()) as name');
  throw new Error(
    `This database was made by an earlier checkout, whose migrations have been rewritten since${
      rewritten.length > 0 ? ` (${listSome(rewritten.map(({ path }) => path))})` : ''
    }: it cannot be brought to this version. Nothing in it was changed or deleted. To keep what it has, go back to that checkout. ` +
      `To begin anew, ${beginAnew ?? `drop the database ("drop database ${rows[0]?.name}"), make it again and migrate`}.`,
  );
}

/** Notes the texts of the migrations that are to be applied, before they are: what is applied is then always noted. */
export async function noteTexts(owner: ClientBase, packs: readonly Pack[]): Promise<void> {
  const applied = await readApplied(owner);
  const pending = (await readTexts(packs)).filter(({ number }) => !applied.has(number));
  if (pending.length === 0) return;
  await owner.query('create schema if not exists rowbell');
  await owner.query(
    `create table if not exists ${textsTable} (version character varying primary key, digest text not null)`,
  );
  await owner.query(
    `insert into ${textsTable} (version, digest) select * from unnest($1::text[], $2::text[])
     on conflict (version) do update set digest = excluded.digest`,
    [pending.map(({ number }) => number), pending.map(({ digest }) => digest)],
  );
}

async function readApplied(owner: ClientBase): Promise<ReadonlySet<string>> {
  if (!(await isThere(owner, migrationsTable))) return new Set();
  const { rows } = await owner.query<{ version: string }>(`select version from ${migrationsTable}`);
  return new Set(rows.map(({ version }) => version));
}

async function readNoted(owner: ClientBase): Promise<ReadonlyMap<string, string>> {
  if (!(await isThere(owner, textsTable))) return new Map();
  const { rows } = await owner.query<{ version: string; digest: string }>(`select version, digest from ${textsTable}`);
  return new Map(rows.map(({ version, digest }) => [version, digest]));
}

async function isThere(owner: ClientBase, table: string): Promise<boolean> {
  const { rows } = await owner.query<{ found: boolean }>('select to_regclass($1) is not null as found', [table]);
  return rows[0]?.found === true;
}

type Text = { readonly path: string; readonly number: string; readonly digest: string };

async function readTexts(packs: readonly Pack[]): Promise<Text[]> {
  const paths = await listSqlFiles('migrations', packs);
  return Promise.all(
    paths.map(async (path) => ({
      path,
      number: numberOf(path),
      digest: createHash('sha256')
        .update(await readFile(resolve(root, path)))
        .digest('hex'),
    })),
  );
}

function listSome(paths: readonly string[]): string {
  const others = paths.length - 3;
  return paths.slice(0, 3).join(', ') + (others > 0 ? ` and ${others} more` : '');
}
