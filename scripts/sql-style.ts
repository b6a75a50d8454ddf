import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scan } from 'libpg-query';
import { readReleased } from './checksums.ts';

const root = join(import.meta.dirname, '..');

/** Columns. Half of all lines have fewer than 50; a view of two files beside each other still shows this many. */
const width = 140;

/** Data in migrations stands one row a line, so that it reads as a table and a diff shows which row changed. */
const dataRow = /^ *\(.*\)[,;]?$/;

/**
 * How our SQL is laid out, as far as a program can tell without laying it out anew: formatters know neither PL/pgSQL bodies nor
 * which clauses belong on one line. Released migrations are left alone: their checksums keep them as they are.
 *
 * @returns what breaks the rules, a sentence each
 */
export async function findSqlProblems(): Promise<string[]> {
  const released = await readReleased();
  const problems: string[] = [];
  const paths: string[] = [];
  const pattern = '{db,src,scripts,bench,test,examples}/**/*.sql';
  for await (const path of glob(pattern, { cwd: root, exclude: ['db/schema.sql'] })) paths.push(path);
  for (const path of paths.sort()) {
    if (released.has(path)) continue;
    for (const problem of await findStyleProblems(await readFile(join(root, path), 'utf8'), {
      mayHoldData: path.startsWith('db/migrations/'),
    }))
      problems.push(`${path}:${problem}`);
  }
  return problems;
}

/** @returns `line: what is wrong with it` */
export async function findStyleProblems(text: string, options: { readonly mayHoldData: boolean }): Promise<string[]> {
  const problems: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const say = (problem: string) => problems.push(`${index + 1}: ${problem}`);
    if ([...line].length > width && !(options.mayHoldData && dataRow.test(line))) say(`more than ${width} columns`);
    if (/\s$/.test(line)) say('white space at the end');
    if (line.includes('\t')) say('a tab');
  }
  if (!text.endsWith('\n') || text.endsWith('\n\n'))
    problems.push(`${text.split('\n').length}: does not end with one line end`);
  // What psql reads itself is no SQL.
  for (const { name, line } of await shoutedNames(text.replace(/^\\.*$/gm, '')))
    problems.push(`${line}: "${name}" is not in lower case`);
  return problems;
}

/** Keywords and names with capitals, those in the bodies of functions included; quoted ones are meant so. */
async function shoutedNames(text: string, firstLine = 1): Promise<{ name: string; line: number }[]> {
  const bytes = Buffer.from(text);
  const found: { name: string; line: number }[] = [];
  let isBody = false;
  // Not the token's own text: the scanner counts bytes, and cuts it wrongly after a letter that has more than one.
  for (const { start, end, tokenName, keywordKind } of (await scan(text)).tokens) {
    const token = bytes.subarray(start, end).toString();
    const line = firstLine + bytes.subarray(0, start).toString().split('\n').length - 1;
    const body = isBody && /^\$(\w*)\$(.*)\$\1\$$/s.exec(token)?.[2];
    if (body) found.push(...(await shoutedNames(body, line)));
    else if ((keywordKind > 0 || tokenName === 'IDENT') && /^[A-Za-z_]*[A-Z]/.test(token))
      found.push({ name: token, line });
    isBody = /^(as|do)$/i.test(token);
  }
  return found;
}
