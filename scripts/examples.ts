import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

export const examplesFolder = join(import.meta.dirname, '..', 'examples', 'clients');

/** Installs what the examples of clients need, as their reader does. */
export const installExamples = (): Promise<void> => installFolder(examplesFolder);

/** Installs what a folder with a lock file of its own needs, by `npm ci`. Nothing is done where that is there already. */
export async function installFolder(folder: string): Promise<void> {
  if (await isInstalled(folder)) return;
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: folder }).catch(
    (cause: Error) => {
      const name = relative(join(import.meta.dirname, '..'), folder);
      throw new Error(`${name} could not be installed with npm ci: is the registry reachable?`, { cause });
    },
  );
}

async function isInstalled(folder: string): Promise<boolean> {
  const there = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(there)) return false;
  const packagesOf = async (
    file: string,
  ): Promise<Record<string, { version?: string; optional?: boolean; link?: boolean }>> =>
    JSON.parse(await readFile(file, 'utf8')).packages;
  const installed = await packagesOf(there);
  return Object.entries(await packagesOf(join(folder, 'package-lock.json'))).every(
    ([path, { version, optional, link }]) =>
      !path.startsWith('node_modules/') || optional || link || installed[path]?.version === version,
  );
}
