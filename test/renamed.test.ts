import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What docs/renamed.md says was renamed: the code in the first cell of each row. */
async function readOldNames(): Promise<string[]> {
  const text = await readFile(join(root, 'docs/renamed.md'), 'utf8');
  return [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}

/** Where names may stand: not in what tells of the past. */
async function readSources(): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for await (const path of glob('{db/functions,src,tasks,docs}/**/*.{sql,ts,md,txt,graphql}', { cwd: root }))
    if (path !== 'docs/renamed.md') sources.set(path, await readFile(join(root, path), 'utf8'));
  return sources;
}

function isNamedIn(oldName: string, path: string, text: string): boolean {
  if (oldName.includes('/')) return path === oldName || text.includes(oldName);
  const [schema, name] = oldName.split('.');
  if (path.endsWith(`/${schema}/${name}.sql`)) return true;
  const at = text.indexOf(oldName);
  return at >= 0 && new RegExp(`(?<![\\w.])${oldName.replaceAll('.', '\\.')}(?!\\w)`).test(text);
}

test('no old name of docs/renamed.md is left in the code and its documents', async () => {
  const [oldNames, sources] = await Promise.all([readOldNames(), readSources()]);
  expect(oldNames.length).toBeGreaterThan(40);
  const left = [...sources].flatMap(([path, text]) =>
    oldNames.filter((name) => isNamedIn(name, path, text)).map((name) => `${path}: ${name}`),
  );
  expect(left).toEqual([]);
});

test('an old name stands in docs/renamed.md once, qualified so that it can be told from an English word', async () => {
  const oldNames = await readOldNames();
  expect(oldNames.filter((name, index) => oldNames.indexOf(name) !== index)).toEqual([]);
  expect(oldNames.filter((name) => !/[./_A-Z]/.test(basename(name)))).toEqual([]);
});
