import { glob, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Folder of the importing file → what of our own it may import (paths from the root). First match counts. */
const rules: readonly (readonly [RegExp, RegExp])[] = [
  [/^tasks\//, /^src\/(config|errors|database\/|logger|providers|render|worker\/)/],
  [/^src\/providers\/(?<own>[^/]+)\//, /^src\/(errors\.ts|providers\/(?:<own>\/|[^/]+\.ts))/],
  [/^src\/render\//, /^src\/(errors\.ts|html\.ts|email-texts\.ts|render\/)/],
  [/^src\/graphql\//, /^src\/(?!bin|worker|start|sandbox|providers\/|render|http)/],
  [/^src\/live\//, /^src\/(?!bin|worker|start|sandbox|providers\/|render)/],
  [/^src\/http\//, /^src\/(?!bin|worker|start|sandbox|providers\/|render)/],
  [/^web\/client\//, /^web\/client\/src\//],
  [/^web\/elements\//, /^web\/elements\/src\//],
  [/^src\/sandbox\//, /^src\/(errors\.ts|ports\.ts|providers\/types\.ts|sandbox\/)/],
];

/** Entries are run, never imported. */
const entries = /^src\/bin\//;

test('folders import only what they may', async () => {
  const broken: string[] = [];
  for await (const file of glob(['{src,tasks}/**/*.ts', 'web/*/src/**/*.ts'], { cwd: root })) {
    const rule = rules.find(([from]) => from.test(file));
    const own = rule?.[0].exec(file)?.groups?.own ?? '';
    const allowed = rule && new RegExp(rule[1].source.replace('<own>', own));
    const text = await readFile(join(root, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)) {
      const path = relative(root, resolve(root, dirname(file), target));
      if (entries.test(path)) broken.push(`${file} imports the entry ${path}`);
      if (allowed && !allowed.test(path)) broken.push(`${file} imports ${path}`);
    }
  }
  expect(broken).toEqual([]);
});

test('no file has the name of a folder beside it', async () => {
  const folders = new Set<string>();
  const files: string[] = [];
  for await (const entry of glob('{src,tasks,scripts,bench,web}/**', { cwd: root, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name));
    if (entry.isDirectory()) folders.add(path);
    else files.push(path);
  }
  expect(files.length).toBeGreaterThan(150);
  expect(files.filter((file) => folders.has(file.replace(/\.[^/.]+$/, '')))).toEqual([]);
});

test('no imports go round in a circle, of types neither', async () => {
  const imports = new Map<string, string[]>();
  for await (const file of glob('{src,tasks,scripts,bench,test,web}/**/*.ts', { cwd: root })) {
    const text = await readFile(join(root, file), 'utf8');
    const targets = [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, target = '']) => target);
    imports.set(
      file,
      targets.map((target) => relative(root, resolve(root, dirname(file), target))),
    );
  }
  const circles: string[] = [];
  const path: string[] = [];
  const seen = new Set<string>();
  const follow = (file: string): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (seen.has(file)) return;
    seen.add(file);
    path.push(file);
    for (const target of imports.get(file) ?? []) follow(target);
    path.pop();
  };
  for (const file of imports.keys()) follow(file);
  expect(imports.get('src/bin/server.ts')).toContain('src/api.ts');
  expect(circles).toEqual([]);
});

test('imports name the .ts file', async () => {
  const broken: string[] = [];
  for await (const file of glob('{src,tasks,test,bench,scripts,examples,web}/**/*.ts', {
    cwd: root,
    exclude: ['**/node_modules/**'],
  })) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/^(?:import|export) .*from '(\.[^']+)'/gm)) {
      if (!/\.(ts|mjs|json)$/.test(target)) broken.push(`${file}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
});

test('random cases come from support/fast-check.ts alone, so that they are the same at each run', async () => {
  const broken: string[] = [];
  for await (const file of glob('test/**/*.ts', { cwd: root })) {
    if (/^import .*'fast-check'/m.test(await readFile(join(root, file), 'utf8'))) broken.push(file);
  }
  expect(broken).toEqual(['test/support/fast-check.ts']);
});
