import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPacks, listSqlFiles } from '../src/migrate/packs.ts';
import { lintCatalog } from './catalog-lint.ts';
import { findChangedMigrations } from './checksums.ts';
import { findLongFiles } from './file-length.ts';
import { generators, templates } from './generators.ts';
import { withScratchDatabase } from './scratch.ts';
import { findSqlProblems } from './sql-style.ts';

const root = join(import.meta.dirname, '..');
/** What the compiler knows of files that have not changed since: a check of all types is half of all work here. */
const typesSeen = join(root, 'node_modules', '.cache', 'rowbell', 'types.tsbuildinfo');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

/** A check: a title and a function that returns the problems it finds. */
type Check = readonly [title: string, find: () => Promise<string[]>];

/** `npm run check`: everything that can be said about the files without running tests. */
async function main(): Promise<void> {
  let failed = 0;
  const run = async ([title, find]: Check): Promise<void> => {
    const startedAt = Date.now();
    const problems = await find().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
    process.stdout.write(`${problems.length === 0 ? '✓' : '✗'} ${title} (${seconds} s)\n`);
    for (const problem of problems) process.stdout.write(`    ${problem.trimEnd().replaceAll('\n', '\n    ')}\n`);
    if (problems.length > 0) failed++;
  };
  const files: Check[] = [
    ['format and lint', () => runTool(bin('biome'), ['ci', '--colors=off', '.'])],
    ['types', () => runTool(bin('tsc'), ['-p', '.', '--incremental', '--tsBuildInfoFile', typesSeen])],
    // What runs in browsers alone knows the DOM, and nothing of Node.
    ['types of the elements', () => runTool(bin('tsc'), ['-p', 'web/elements'])],
    [
      'migrations, read by squawk',
      async () => runTool(bin('squawk'), await listSqlFiles('migrations', await findPacks(join(root, 'examples')))),
    ],
    ['released migrations are unchanged', findChangedMigrations],
    ['layout of SQL', findSqlProblems],
    ['length of files', findLongFiles],
    ['docker-compose.yml', () => runTool(bin('dclint'), ['--max-warnings', '0', 'docker-compose.yml'])],
  ];
  const startedAt = Date.now();
  // Side by side: the tools work, the database mostly waits.
  const readFiles = async () => {
    for (const check of files) await run(check);
    for (const { file, generate } of templates)
      await run([`${file} is up to date`, async () => compare(file, await generate())]);
  };
  const askDatabase = () =>
    withScratchDatabase(async (scratch) => {
      await run(['the database catalog', () => lintCatalog(scratch)]);
      for (const { file, generate } of generators)
        await run([`${file} is up to date`, async () => compare(file, await generate(scratch))]);
    });
  const results = await Promise.allSettled([readFiles(), askDatabase()]);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    process.stdout.write(`✗ ${result.reason instanceof Error ? result.reason.message : result.reason}\n`);
    failed++;
  }
  process.stdout.write(`${((Date.now() - startedAt) / 1_000).toFixed(1)} s in all. `);
  process.stdout.write(failed === 0 ? 'All checks passed.\n' : `${failed} of the checks failed.\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** @param expected what the generated file should be */
async function compare(file: string, expected: string): Promise<string[]> {
  const path = join(root, file);
  const actual = existsSync(path) ? await readFile(path, 'utf8') : '';
  if (actual === expected) return [];
  const [before, after] = [actual.split('\n'), expected.split('\n')];
  const line = after.findIndex((text, index) => text !== before[index]);
  return [
    `differs from line ${line + 1} on ("${after[line]?.trim() ?? ''}"): run "npm run generate" and review the diff`,
  ];
}

/** Runs a tool and returns what it printed as one problem when it fails. */
function runTool(command: string, args: readonly string[]): Promise<string[]> {
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`, NO_COLOR: '1' };
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve([error.message]));
    child.once('close', (code) => resolve(code === 0 ? [] : [output || `${command} ended with status ${code}`]));
  });
}

await main();
