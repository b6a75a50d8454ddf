import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config/index.ts';
import { ifAbsent } from '../if-absent.ts';

const root = join(import.meta.dirname, '..', '..');

/** Where `npm start` keeps what it made itself: data, secrets, the sandbox's keys. Unless told, in a folder git ignores. */
export function stateFolder(config: Config): string {
  return resolve(root, config.stateDir ?? '.rowbell');
}

/** Passwords and keys of a developer's installation; a production one brings its own. */
export type Secrets = {
  readonly superuserPassword: string;
  readonly ownerPassword: string;
  readonly apiPassword: string;
  readonly workerPassword: string;
  readonly analystPassword: string;
  readonly jwtSecret: string;
  readonly linkSecret: string;
};

const names = [
  'superuserPassword',
  'ownerPassword',
  'apiPassword',
  'workerPassword',
  'analystPassword',
  'jwtSecret',
  'linkSecret',
] as const;

/** Reads the secrets, making them first where there are none yet. Only oneself can read the file. */
export async function readOrCreateSecrets(folder: string): Promise<Secrets> {
  await mkdir(folder, { recursive: true });
  // As root, PostgreSQL's account must be able to pass through to its data; it still cannot list what is here.
  await chmod(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
  const file = join(folder, 'secrets.json');
  const existing: Partial<Secrets> = JSON.parse(await readFile(file, 'utf8').catch(ifAbsent('{}')));
  if (names.every((name) => existing[name])) return existing as Secrets;
  const fresh = Object.fromEntries(names.map((name) => [name, randomBytes(32).toString('base64url')]));
  const secrets = { ...fresh, ...existing } as Secrets;
  await writeSecret(file, JSON.stringify(secrets, null, 2));
  return secrets;
}

/** Writes a file that only oneself can read, whole or not at all. */
export async function writeSecret(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, `${text}\n`, { mode: 0o600 });
  await rename(unfinished, file);
}
