import { execFileSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'node_modules', '.cache', 'rowbell-peers');

/** Installs what package-lock.json of this folder pins, beside the project's own dependencies and not among them. */
export async function installPeers(): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    await copyFile(join(import.meta.dirname, file), join(folder, file));
  execFileSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: folder, stdio: ['ignore', 2, 2] });
}

/** A module of a peer. */
// biome-ignore lint/suspicious/noExplicitAny: the peers' types are not installed where this is checked
export const peerModule = (name: string): any => createRequire(join(folder, 'package.json'))(name);
