import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as documents from '../web/client/src/documents.ts';

const root = join(import.meta.dirname, '..');
const client = join(root, 'web', 'client');

/**
 * Makes the folder that is published as `@rowbell/client`: JavaScript and types for those who do not run TypeScript as it is, and
 * a package.json that exports them; also its documents by their ids, for an API that answers trusted documents alone. Within the
 * repository the sources are the package.
 */
export async function packageClient(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', client, '--outDir', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout);
  const { private: _, ...manifest } = JSON.parse(await readFile(join(client, 'package.json'), 'utf8'));
  const built = (source: string) => {
    const name = source.replace('./src/', './').replace(/\.ts$/, '');
    return { types: `${name}.d.ts`, default: `${name}.js` };
  };
  const exports = Object.fromEntries(
    Object.entries<string>(manifest.exports).map(([path, source]) => [path, built(source)]),
  );
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`);
  const byId = Object.values(documents).map((document) => {
    const text = document.toString();
    return [createHash('sha256').update(text).digest('hex'), text];
  });
  await writeFile(join(folder, 'trusted-documents.json'), JSON.stringify(Object.fromEntries(byId), null, 2));
  await copyFile(join(client, 'README.md'), join(folder, 'README.md'));
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? join(client, 'dist'));
  await packageClient(folder);
  process.stdout.write(`Made ${folder}: publish it with "npm publish ${folder} --access public".\n`);
}
