import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { ConfigError } from '../config/index.ts';
import { ifAbsent } from '../if-absent.ts';

/** The repository. */
export const root = join(import.meta.dirname, '..', '..');
/** The repository's db folder. */
export const dbFolder = join(root, 'db');

/** A product's tables, functions and mail templates, or the core's. A folder that is not there has nothing in it. */
export type Pack = {
  /** Its schemas are `<name>`, which the API shows, and `<name>_private`; the core's are `notify…`. */
  readonly name: string;
  readonly migrations: string;
  readonly functions: string;
  readonly templates: string;
};

type Kind = 'migrations' | 'functions';

/** Names that would be taken for something else: the setting's own word, and schemas that are there already. */
const reserved = ['all', 'analytics', 'graphile_worker', 'information_schema', 'notify', 'public', 'rowbell'];

/**
 * The packs there are: those of the repository (`db/migrations/<pack>`, `db/functions/<pack>`, `db/templates/<pack>`), `core`
 * first, then those of a folder elsewhere (`<pack>/migrations`, `<pack>/functions`, `<pack>/templates`), each by name.
 *
 * @param packsDir ROWBELL_PACKS_DIR; null: the repository's alone
 * @throws {ConfigError} where that folder cannot be read, or holds a pack of a name that is taken
 */
export async function findPacks(packsDir: string | null): Promise<Pack[]> {
  const own = await foldersOf(join(dbFolder, 'migrations'));
  const packs: Pack[] = own
    .sort((a, b) => Number(b === 'core') - Number(a === 'core') || compare(a, b))
    .map((name) => ({
      name,
      migrations: join(dbFolder, 'migrations', name),
      functions: join(dbFolder, 'functions', name),
      templates: join(dbFolder, 'templates', name),
    }));
  return packsDir === null ? packs : [...packs, ...(await findOutside(resolve(packsDir), own))];
}

async function findOutside(folder: string, taken: readonly string[]): Promise<Pack[]> {
  const names = await foldersOf(folder).catch(() => {
    throw new ConfigError(['ROWBELL_PACKS_DIR must be a folder that can be read']);
  });
  const packs: Pack[] = [];
  const problems: string[] = [];
  for (const name of names.sort(compare)) {
    const part = (kind: string) => join(folder, name, kind);
    // Whatever else lies there is none of ours.
    if (!(await isFolder(part('migrations')))) continue;
    if (!/^[a-z][a-z0-9_]{0,39}$/.test(name) || /_private$/.test(name)) {
      problems.push(
        `ROWBELL_PACKS_DIR has a pack ${name}: a name is up to 40 small letters, digits and underscores, and names its schema`,
      );
    } else if ([...taken, ...reserved].includes(name)) {
      problems.push(`ROWBELL_PACKS_DIR has a pack ${name}: that name is taken`);
    }
    packs.push({
      name,
      migrations: part('migrations'),
      functions: part('functions'),
      templates: part('templates'),
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return packs;
}

/**
 * Those of the packs there are that an installation is to have: the core, and what was chosen.
 *
 * @param names ROWBELL_PACKS; null: all
 * @throws {ConfigError} naming what there is not
 */
export function choosePacks(available: readonly Pack[], names: readonly string[] | null): Pack[] {
  if (names === null) return [...available];
  const unknown = names.filter((name) => !available.some((pack) => pack.name === name));
  if (unknown.length > 0) {
    const known = available.map(({ name }) => name).join(', ');
    throw new ConfigError(unknown.map((name) => `ROWBELL_PACKS names ${name}: there is no such pack, only ${known}`));
  }
  return available.filter(({ name }) => name === 'core' || names.includes(name));
}

/** Every `.sql` file of the packs, pack by pack, then by path: from the repository's root, or whole where it lies elsewhere. */
export async function listSqlFiles(kind: Kind, packs: readonly Pack[]): Promise<string[]> {
  const files: string[] = [];
  for (const pack of packs) {
    const entries = await readdir(pack[kind], { recursive: true, withFileTypes: true }).catch(ifAbsent<Dirent[]>([]));
    const paths = entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
      .map((entry) => fromRoot(join(entry.parentPath, entry.name)));
    files.push(...paths.sort(compare));
  }
  return files;
}

/** Every `.sql` file of the repository's own packs. */
export async function listOwnSqlFiles(kind: Kind): Promise<string[]> {
  return await listSqlFiles(kind, await findPacks(null));
}

function fromRoot(path: string): string {
  const short = relative(root, path);
  return short.startsWith('..') ? path : short;
}

/** By code unit, so that every machine sorts alike. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names: string[] = [];
  // Linked ones as well: a pack may be mounted or checked out elsewhere.
  for (const { name } of entries) if (await isFolder(join(folder, name))) names.push(name);
  return names;
}

const isFolder = async (path: string) => (await stat(path).catch(ifAbsent(null)))?.isDirectory() ?? false;

/** The schemas that the API shows where all packs of the repository, and no other, are on. */
export async function listSchemas(): Promise<string[]> {
  return schemasOf((await findPacks(null)).map(({ name }) => name));
}

/** The schemas that the API shows of these packs. */
export function schemasOf(names: readonly string[]): string[] {
  return names.map((name) => (name === 'core' ? 'notify' : name));
}

/** Every schema that the migrations of these packs make, dbmate's and the queue's. */
export async function listOwnSchemas(packs: readonly Pack[]): Promise<string[]> {
  const paths = await listSqlFiles('migrations', packs);
  const texts = await Promise.all(paths.map((path) => readFile(resolve(root, path), 'utf8')));
  const created = texts.join('\n').matchAll(/^create schema (?:if not exists )?([a-z_0-9]+)/gm);
  return ['rowbell', 'graphile_worker', ...new Set([...created].flatMap(([, name]) => name ?? []))];
}

/** The numbers of all migrations that this version comes with, by pack, as dbmate notes them. */
export async function listMigrationNumbers(): Promise<Readonly<Record<string, readonly string[]>>> {
  const packs = await findPacks(null);
  const numbers = packs.map(async (pack) => [pack.name, (await listSqlFiles('migrations', [pack])).map(numberOf)]);
  return Object.fromEntries(await Promise.all(numbers));
}

/** What orders a migration, and what dbmate knows it by. */
export const numberOf = (path: string): string => /(?:^|\/)(\d+)_[^/]*$/.exec(path)?.[1] ?? '';
