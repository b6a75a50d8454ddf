import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** The repository's db folder. */
export const dbFolder = join(import.meta.dirname, '..', '..', 'db');

/** Names of the packs below a folder of db/: `core` first, the others by name. */
export async function listPacks(kind: 'migrations' | 'functions'): Promise<string[]> {
  const entries = await readdir(join(dbFolder, kind), { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.sort((a, b) => Number(b === 'core') - Number(a === 'core') || compare(a, b));
}

/** Every `.sql` file of a folder of db/, as paths from the repository's root: pack by pack, then by path. */
export async function listSqlFiles(kind: 'migrations' | 'functions'): Promise<string[]> {
  const root = join(dbFolder, '..');
  const files: string[] = [];
  for (const pack of await listPacks(kind)) {
    const entries = await readdir(join(dbFolder, kind, pack), { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    files.push(...paths.sort(compare));
  }
  return files;
}

/** By code unit, so that every machine sorts alike. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The schemas that the API shows: the core's, and each pack's, which goes by the pack's name. */
export async function listSchemas(): Promise<string[]> {
  const packs = await listPacks('migrations');
  return packs.map((pack) => (pack === 'core' ? 'notify' : pack));
}

/** Every schema that our migrations make, dbmate's and the queue's. */
export async function listOwnSchemas(): Promise<string[]> {
  const paths = await listSqlFiles('migrations');
  const texts = await Promise.all(paths.map((path) => readFile(join(dbFolder, '..', path), 'utf8')));
  const created = texts.join('\n').matchAll(/^create schema (?:if not exists )?([a-z_]+)/gm);
  return ['rowbell', 'graphile_worker', ...new Set([...created].flatMap(([, name]) => name ?? []))];
}

/** The numbers of all migrations that this version comes with, as dbmate notes them. */
export async function listMigrationNumbers(): Promise<string[]> {
  const files = await listSqlFiles('migrations');
  return files.flatMap((path) => /\/(\d+)_[^/]*$/.exec(path)?.[1] ?? []);
}
