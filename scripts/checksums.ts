import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ifAbsent } from '../src/if-absent.ts';
import { dbFolder, listOwnSqlFiles } from '../src/migrate/packs.ts';

const file = join(dbFolder, 'migrations', 'checksums.txt');

/** Which migrations have landed, as path and SHA-256. */
export async function readLanded(): Promise<Map<string, string>> {
  const text = await readFile(file, 'utf8').catch(ifAbsent(''));
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

async function checksum(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(dbFolder, '..', path)))
    .digest('hex');
}

/** A landed migration stays as it is: databases have applied it. Returns what breaks this, a sentence each. */
export async function findChangedMigrations(): Promise<string[]> {
  const present = new Set(await listOwnSqlFiles('migrations'));
  const problems: string[] = [];
  for (const [path, landed] of await readLanded()) {
    if (!present.has(path)) problems.push(`${path} has landed and is gone`);
    else if ((await checksum(path)) !== landed)
      problems.push(`${path} has landed and was edited: write a new migration`);
  }
  return problems;
}

/** Adds the migrations that are new to the list of landed ones; never changes a line. Returns the new ones. */
export async function landMigrations(): Promise<string[]> {
  const landed = await readLanded();
  const fresh = (await listOwnSqlFiles('migrations')).filter((path) => !landed.has(path));
  for (const path of fresh) landed.set(path, await checksum(path));
  const lines = [...landed].map(([path, sum]) => `${sum}  ${path}\n`);
  await writeFile(file, lines.join(''));
  return fresh;
}
