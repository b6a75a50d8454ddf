import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Lines that fit on some six screens; a file with more than one concern is longer sooner than later. */
const most = 300;

/** In the first line, for a file that is one thing all the same. */
const reason = /^(?:\/\/|--|\/\*) Over 300 lines: .{10,}/;

const sources = '{src,tasks,scripts,bench,test,examples,web,db}/**/*.{ts,mjs,js,css,sql}';

/** @returns the files that are longer than that and do not say why, and those that say why and are not, a sentence each */
export async function findLongFiles(): Promise<string[]> {
  const problems: string[] = [];
  for await (const path of glob(sources, {
    cwd: root,
    exclude: [
      'db/schema.sql',
      '{src,web/*/src}/generated/**',
      '**/node_modules/**',
      'examples/clients/codegen/generated/**',
      'web/*/dist/**',
    ],
  })) {
    const problem = lengthProblem(await readFile(join(root, path), 'utf8'));
    if (problem) problems.push(`${path} ${problem}`);
  }
  return problems.sort();
}

/** Null where there is none. */
export function lengthProblem(text: string): string | null {
  const lines = text.split('\n').length - 1;
  if (lines > most && !reason.test(text))
    return `has ${lines} lines, more than ${most}: split it, or say why not in its first line ("// Over 300 lines: …")`;
  if (lines <= most && reason.test(text)) return `has ${lines} lines and need not say why it has more than ${most}`;
  return null;
}
