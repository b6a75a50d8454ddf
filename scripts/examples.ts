import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const examplesFolder = join(import.meta.dirname, '..', 'examples', 'clients');

/**
 * Installs what the examples of clients need, as their reader does: `npm ci` in their folder, which has a lock file of its
 * own. Nothing is done where that is there already.
 */
export async function installExamples(): Promise<void> {
  if (await isInstalled()) return;
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: examplesFolder }).catch(
    (cause: Error) => {
      throw new Error('examples/clients could not be installed with npm ci: is the registry reachable?', { cause });
    },
  );
}

async function isInstalled(): Promise<boolean> {
  const there = join(examplesFolder, 'node_modules', '.package-lock.json');
  if (!existsSync(there)) return false;
  const packagesOf = async (
    file: string,
  ): Promise<Record<string, { version?: string; optional?: boolean; link?: boolean }>> =>
    JSON.parse(await readFile(file, 'utf8')).packages;
  const installed = await packagesOf(there);
  return Object.entries(await packagesOf(join(examplesFolder, 'package-lock.json'))).every(
    ([path, { version, optional, link }]) =>
      !path.startsWith('node_modules/') || optional || link || installed[path]?.version === version,
  );
}
