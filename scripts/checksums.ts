import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ifAbsent } from '../src/if-absent.ts';
import { root } from '../src/migrate/packs.ts';

const list = 'db/migrations/checksums.txt';

/**
 * Which migrations have been released, as path and SHA-256; none before the first release. Until then a table's statement is
 * rewritten where it stands, and migrate refuses a database that an earlier text has made.
 *
 * @param folder a repository
 */
export async function readReleased(folder = root): Promise<Map<string, string>> {
  const text = await readFile(join(folder, list), 'utf8').catch(ifAbsent(''));
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

/** A released migration stays as it is: databases of others have applied it. Returns what breaks this, a sentence each. */
export async function findChangedMigrations(folder = root): Promise<string[]> {
  const present = new Set(await listMigrations(folder));
  const problems: string[] = [];
  for (const [path, released] of await readReleased(folder)) {
    if (!present.has(path)) problems.push(`${path} was released and is gone`);
    else if ((await checksum(folder, path)) !== released)
      problems.push(`${path} was released and has been edited: write a new migration`);
  }
  return problems;
}

/** Adds the migrations that are new to the list of released ones; never changes a line. Returns the new ones. */
export async function releaseMigrations(folder = root): Promise<string[]> {
  const released = await readReleased(folder);
  const fresh = (await listMigrations(folder)).filter((path) => !released.has(path));
  for (const path of fresh) released.set(path, await checksum(folder, path));
  const lines = [...released].map(([path, sum]) => `${sum}  ${path}\n`);
  await writeFile(join(folder, list), lines.join(''));
  return fresh;
}

async function listMigrations(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of glob('db/migrations/*/*.sql', { cwd: folder })) paths.push(path);
  return paths.sort();
}

async function checksum(folder: string, path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(folder, path)))
    .digest('hex');
}
