import { spawnSync } from 'node:child_process';
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const elements = join(root, 'web', 'elements');

/**
 * Makes the folder that is published as `@rowbell/elements`: JavaScript, types, and a package.json that exports them. It imports Lit and
 * `@rowbell/client` by their names, so that an application's bundler has each of them once.
 */
export async function packageElements(folder: string): Promise<void> {
  const made = await mkdtemp(join(tmpdir(), 'rowbell-elements-'));
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [tsc, '-p', elements, '--noEmit', 'false', '--outDir', made];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout);
    await rm(folder, { recursive: true, force: true });
    // Beside it stands the client, which is a package of its own.
    await cp(join(made, 'elements', 'src'), folder, { recursive: true });
  } finally {
    await rm(made, { recursive: true });
  }
  const { private: _, ...manifest } = JSON.parse(await readFile(join(elements, 'package.json'), 'utf8'));
  const nameOf = (source: string) => source.replace('./src/', './').replace(/\.ts$/, '');
  const exports = Object.fromEntries(
    Object.entries<string>(manifest.exports).map(([path, source]) => [
      path,
      { types: `${nameOf(source)}.d.ts`, default: `${nameOf(source)}.js` },
    ]),
  );
  const sideEffects = manifest.sideEffects.map((source: string) => `${nameOf(source)}.js`);
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, sideEffects, exports }, null, 2)}\n`);
  await copyFile(join(elements, 'README.md'), join(folder, 'README.md'));
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? join(elements, 'dist'));
  await packageElements(folder);
  process.stdout.write(`Made ${folder}: publish it with "npm publish ${folder} --access public".\n`);
}
