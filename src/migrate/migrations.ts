import { spawn } from 'node:child_process';
import { resolveBinary } from 'dbmate';
import { dbFolder, listSqlFiles, numberOf, type Pack } from './packs.ts';

/** Where dbmate notes what has been applied. A schema of its own: `public` stays empty. */
export const migrationsTable = 'rowbell.migrations';

/**
 * Applies the pending migrations of these packs in the order of their numbers, each in a transaction, with dbmate.
 *
 * @param say is told each file
 * @throws {Error} naming the file and line, with PostgreSQL's reason
 */
export async function applyMigrations(
  databaseUrl: string,
  packs: readonly Pack[],
  say: (sentence: string) => void,
): Promise<void> {
  const files = await listSqlFiles('migrations', packs);
  if (files.length === 0) return;
  const folders = packs.flatMap((pack) => ['--migrations-dir', pack.migrations]);
  const url = new URL(databaseUrl);
  // dbmate would insist on TLS where node-postgres does without.
  if (!url.searchParams.has('sslmode')) url.searchParams.set('sslmode', 'disable');
  const child = spawn(
    resolveBinary(),
    [...folders, '--migrations-table', migrationsTable, '--no-dump-schema', 'migrate'],
    {
      // Not the rest of our environment: dbmate reads DBMATE_* and a .env file on its own account.
      env: { PATH: process.env.PATH ?? '', DATABASE_URL: url.href },
      cwd: dbFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let current = '';
  let errors = '';
  onLine(child.stdout, (line) => {
    const applying = /^Applying: (.+)$/.exec(line);
    const applied = /^Applied: (.+) in (\d+)(?:\.\d+)?(\S+)$/.exec(line);
    if (applying?.[1]) current = applying[1];
    if (applied) say(`Applied migration ${applied[1]} in ${applied[2]} ${applied[3]}.`);
  });
  onLine(child.stderr, (line) => {
    errors += `${line}\n`;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status === 0) return;
  const reason = errors
    .trim()
    .replace(/^Error: /, '')
    .replaceAll(url.href, 'the database');
  const file = files.find((path) => path.endsWith(`/${current}`));
  const line = /line: (\d+)/.exec(reason)?.[1];
  throw new Error(file ? `${file}${line ? `:${line}` : ''}: ${reason}` : `The migrations failed: ${reason}`);
}

function onLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line) take(line);
  });
  stream.on('end', () => {
    if (rest) take(rest);
  });
}

/**
 * dbmate knows a migration by its number alone: of two with the same it would leave one out without a word.
 *
 * @throws {Error} naming both
 */
export async function refuseSharedNumbers(packs: readonly Pack[]): Promise<void> {
  const seen = new Map<string, string>();
  for (const path of await listSqlFiles('migrations', packs)) {
    const other = seen.get(numberOf(path));
    if (other) throw new Error(`${path} and ${other} have the same number: give one of them another`);
    seen.set(numberOf(path), path);
  }
}
