import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Scratch } from './scratch.ts';

/** The types of every table and view for kysely, as `src/database/pool.ts` reads them (a date is a text). */
export async function generateDatabaseTypes(scratch: Scratch): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rowbell-types-'));
  const file = join(folder, 'database.ts');
  const cli = join(import.meta.dirname, '..', 'node_modules', 'kysely-codegen', 'dist', 'cli', 'bin.js');
  const options = [
    '--dialect',
    'postgres',
    '--date-parser',
    'string',
    '--exclude-pattern',
    '(graphile_worker|rowbell).*',
  ];
  try {
    await promisify(execFile)(process.execPath, [cli, '--url', 'env(DATABASE_URL)', '--out-file', file, ...options], {
      env: { ...process.env, DATABASE_URL: scratch.ownerUrl },
    });
    return await readFile(file, 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}
