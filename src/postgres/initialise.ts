import { chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.ts';
import { collectOutput, runGuarded } from './guard.ts';

/**
 * Makes new data in an empty folder, within a folder `unfinished` at first: what an interrupted start left behind is
 * recognised by it and cleared away. Anything else in the way is somebody's and is left alone.
 *
 * @throws with initdb's own words
 */
export async function initialise(
  initdb: string,
  dataDir: string,
  account: Account | null,
  options: { readonly password: string; readonly durability: 'durable' | 'unflushed' | 'throwaway' },
): Promise<void> {
  const unfinished = join(dataDir, 'unfinished');
  const passwordFile = join(dataDir, 'password');
  const present = await readdir(dataDir);
  if (present.length > 0 && !present.includes('unfinished')) {
    throw new Error(`${dataDir} is not empty, and what is in it is not a database.`);
  }
  for (const name of present) await rm(join(dataDir, name), { recursive: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (account) await chown(unfinished, account.uid, account.gid);
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  if (account) await chown(passwordFile, account.uid, account.gid);
  const command = [
    initdb,
    `--pgdata=${unfinished}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same sort order and case rules on every machine, without its locales.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    ...(options.durability === 'durable' ? [] : ['--no-sync']),
  ];
  const run = runGuarded(command, { account, cwd: '/' });
  const lastWords = collectOutput(run);
  const status = await run.exited;
  await rm(passwordFile, { force: true });
  if (status !== 0) throw new Error(`PostgreSQL's initdb failed:\n${lastWords()}`);
  for (const name of await namesVersionLast(unfinished)) await rename(join(unfinished, name), join(dataDir, name));
  await rm(unfinished, { recursive: true });
}

/** `PG_VERSION` last: it is what says that the data is complete. */
async function namesVersionLast(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return [...names.filter((name) => name !== 'PG_VERSION'), 'PG_VERSION'];
}
