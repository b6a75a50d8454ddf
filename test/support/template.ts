import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chown, glob, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Account, unprivilegedAccount } from '../../src/postgres/account.ts';
import { type Postgres, startPostgres } from '../../src/postgres/index.ts';
import {
  addressOf,
  type ClusterAddress,
  createOwner,
  createTemplate,
  dataPrefix,
  dataRoots,
  newDataFolder,
  packs,
} from './cluster.ts';

const root = join(import.meta.dirname, '..', '..');
const kept = join(root, 'node_modules', '.cache', 'rowbell', 'templates');

/** What decides what the template is, beside the packs that are on and the hour. */
const sources = [
  'db/**',
  'src/**/{migrate,postgres}{,.ts,/**/*.ts}',
  'test/support/{cluster,template}.ts',
  'package-lock.json',
];
/** Longer than anything takes that somebody still works at. */
const oldMs = 10 * 60_000;
/** In the data folder. */
const passwordFile = 'rowbell-password';

type Cluster = { readonly postgres: Postgres; readonly address: ClusterAddress };

/**
 * A PostgreSQL of its own with the migrated template that `createDatabase` clones. Making one takes some seconds, so its data
 * is kept as an archive below node_modules for the next run: a copy of it is started, and goes with the server.
 *
 * Any number may do this at once, and be killed while they do: an archive gets its name when it is whole, and one that is
 * being read stays readable although somebody removes it.
 */
export async function startMigratedCluster(
  folder = kept,
  keyNow: () => Promise<string> = templateKey,
): Promise<Cluster> {
  const key = await keyNow();
  const archive = join(folder, `${key}.tar`);
  const resumed = await resume(archive).catch(async () => {
    // Whatever is wrong with it, a new one takes its place.
    await rm(archive, { force: true });
    return null;
  });
  return resumed ?? (await make(archive, async () => (await keyNow()) === key));
}

/**
 * Changes with whatever the template is made of, and each hour: what is migrated looks at the clock (partitions of months, sweeps
 * that begin at nine o'clock), and nothing is to be overdue in a database that is meant to be new.
 */
export async function templateKey(folder = root, at = new Date()): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(packs));
  const paths: string[] = [];
  // What "generate" writes does not decide anything.
  const options = { cwd: folder, exclude: ['db/schema.sql', 'db/grants.txt'] };
  for await (const path of glob(sources, options)) if (/\.\w+$/.test(path)) paths.push(path);
  for (const path of paths.sort()) hash.update(`${path}\n`).update(await readFile(join(folder, path)));
  return `${at.toISOString().slice(0, 13)}-${hash.digest('hex').slice(0, 32)}`;
}

/** Null where nothing is kept. */
async function resume(archive: string): Promise<Cluster | null> {
  const file = await open(archive).catch(() => null);
  if (!file) return null;
  const dataDir = await newDataFolder();
  try {
    await mkdir(dataDir, { mode: 0o700 });
    const account = await unprivilegedAccount(dataDir);
    if (account) await chown(dataDir, account.uid, account.gid);
    // As the account, so that it owns the files, whoever did when they were archived.
    await tar(['-x', '-f', '-', '-C', dataDir], { stdin: file.fd, account });
    const password = (await readFile(join(dataDir, passwordFile), 'utf8')).trim();
    const postgres = await startPostgres({ dataDir, password, preferredPort: 0, durability: 'throwaway' });
    return { postgres, address: addressOf(postgres, password) };
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function make(archive: string, isCurrent: () => Promise<boolean>): Promise<Cluster> {
  const password = randomBytes(12).toString('hex');
  const options = { dataDir: await newDataFolder(), password, preferredPort: 0 };
  const first = await startPostgres({ ...options, durability: 'unflushed' });
  try {
    await createOwner(addressOf(first, password));
    await createTemplate(addressOf(first, password));
  } catch (error) {
    await first.stop();
    await rm(first.dataDir, { recursive: true, force: true });
    throw error;
  }
  // Only what is shut down in order is a copy of itself.
  await first.stop();
  // Somebody may have saved a file meanwhile.
  if (await isCurrent()) await keep(first.dataDir, password, archive).catch(sayNotKept);
  await removeAbandoned();
  const postgres = await startPostgres({ ...options, dataDir: first.dataDir, durability: 'throwaway' });
  return { postgres, address: addressOf(postgres, password) };
}

function sayNotKept(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  process.stdout.write(`The template is not kept for the next run: ${reason}\n`);
}

async function keep(dataDir: string, password: string, archive: string): Promise<void> {
  await writeFile(join(dataDir, passwordFile), password);
  await mkdir(dirname(archive), { recursive: true, mode: 0o700 });
  const unfinished = `${archive}.${randomBytes(6).toString('hex')}`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await tar(['-c', '-f', '-', '-C', dataDir, '.'], { stdout: file.fd });
    await file.sync();
    await rename(unfinished, archive);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await removeOthers(archive);
}

/** Those of other keys, and what was left unfinished a while ago. */
async function removeOthers(archive: string): Promise<void> {
  for (const name of await readdir(dirname(archive))) {
    const path = join(dirname(archive), name);
    if (path !== archive && (name.endsWith('.tar') || (await isOld(path)))) await rm(path, { force: true });
  }
}

/** Data folders that nobody came to start, because they were killed before. A server that runs has a pid file. */
async function removeAbandoned(): Promise<void> {
  for (const folder of dataRoots) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      if (!name.startsWith(dataPrefix) || !(await isOld(path))) continue;
      if (await stat(join(path, 'postmaster.pid')).catch(() => null)) continue;
      await rm(path, { recursive: true, force: true }).catch(() => {});
    }
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > oldMs;
}

type TarOptions = {
  readonly stdin?: number;
  readonly stdout?: number;
  readonly account?: Account | null;
};

async function tar(args: readonly string[], { stdin, stdout, account }: TarOptions): Promise<void> {
  const child = spawn('tar', args, {
    cwd: '/',
    stdio: [stdin ?? 'ignore', stdout ?? 'ignore', 'pipe'],
    ...(account ?? {}),
  });
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint += chunk;
  });
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status !== 0) throw new Error(`tar: ${complaint.trim() || `status ${status}`}`);
}
