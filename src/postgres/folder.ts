import { createHash } from 'node:crypto';
import { chown, mkdir, rmdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Account, canWrite } from './account.ts';
import { openFolder } from './binaries.ts';

/** A place that an unprivileged account can pass through, for when it cannot reach ours. */
export const sharedRoot = '/var/lib/rowbell';

/**
 * The data folder, made when missing and given to the account; where the account cannot reach it (below a closed home
 * folder, say), another one that belongs to it alone.
 */
export async function reachableFolder(
  options: { readonly dataDir: string; readonly password: string },
  account: Account | null,
  say: (sentence: string) => void,
): Promise<string> {
  const wanted = resolve(options.dataDir);
  await prepareFolder(wanted, account);
  if (!account || canWrite(account, wanted)) return wanted;
  // Named by the password too: a new clone in the place of an old one has new secrets, and its data is not the old.
  const id = createHash('sha256').update(`${wanted}\n${options.password}`).digest('hex').slice(0, 12);
  const instead = join(sharedRoot, id);
  say(`PostgreSQL does not run as root, and its account cannot reach ${wanted}: the data lies in ${instead}.`);
  await openFolder(sharedRoot);
  await prepareFolder(instead, account);
  await rmdir(wanted).catch(() => {});
  if (!canWrite(account, instead)) throw new Error(`The account that PostgreSQL runs as cannot write into ${instead}.`);
  return instead;
}

async function prepareFolder(folder: string, account: Account | null): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account) {
    await chown(folder, account.uid, account.gid);
  } else if (process.getuid && (await stat(folder)).uid !== process.getuid()) {
    throw new Error(`${folder} belongs to another user: it was started as that user (or as root) before.`);
  }
}
