import { execFile, spawnSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The system account PostgreSQL runs as. */
export type Account = { readonly uid: number; readonly gid: number };

/**
 * PostgreSQL refuses to run as root, so as root it runs as the account that already owns the data or, for new data, as
 * `postgres` where that exists, else as `nobody`. `initdb` looks its account up by name, so a bare number will not do.
 * As a normal user: null, everything runs as oneself.
 *
 * @throws when root finds no account it can become
 */
export async function unprivilegedAccount(dataDir: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(dataDir).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody', 'daemon']) {
    const account = await lookUp(name);
    if (account && canRun(account, '/bin/sh')) return account;
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no account "postgres", "nobody" or "daemon" to run it as. ' +
      'Run as a normal user, or set DATABASE_URL to a server of your own.',
  );
}

/** Whether the account can execute the file, every folder above it included. */
export function canRun(account: Account, file: string): boolean {
  return tests(account, '-x', file);
}

/** Whether the account can write into the folder, every folder above it included. */
export function canWrite(account: Account, folder: string): boolean {
  return tests(account, '-w', folder);
}

function tests(account: Account, operator: '-x' | '-w', path: string): boolean {
  const options = { uid: account.uid, gid: account.gid, cwd: '/', stdio: 'ignore' as const };
  return spawnSync('/bin/sh', ['-c', `test ${operator} "$1"`, 'sh', path], options).status === 0;
}

async function lookUp(name: string): Promise<Account | null> {
  const id = async (flag: string) => Number((await promisify(execFile)('id', [flag, name])).stdout.trim());
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    return null;
  }
}
