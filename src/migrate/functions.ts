import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientBase, DatabaseError } from 'pg';
import { dbFolder, listSqlFiles } from './packs.ts';

type File = { readonly path: string; readonly text: string };

/** Less than the second after which a waiting application looks for a deadlock: it is us who step back, never them. */
const lockTimeout = '400ms';
const mostTries = 30;

/**
 * Applies db/functions (functions, views, triggers) in one transaction, twice: first without checking bodies, so that
 * they may refer to one another, then with, which proves that every body holds and every file can be applied again.
 *
 * Replacing a function locks nothing, replacing a trigger or view keeps writers or readers out until the transaction
 * ends. Deploys happen while the application writes: so triggers that are as they should be are left alone, what takes
 * locks comes last, and where it has to wait it is all done again a little later.
 *
 * @returns how many files
 * @throws {Error} naming the file and line, with PostgreSQL's reason; nothing is changed then
 */
export async function applyFunctions(owner: ClientBase): Promise<number> {
  const files = await Promise.all((await listSqlFiles('functions')).map(read));
  for (let tries = 1; ; tries++) {
    try {
      await applyAll(owner, await inOrderOfLocks(owner, files));
      return files.length;
    } catch (error) {
      const isHeldUp = error instanceof FileError && ['55P03', '40P01'].includes(error.sqlstate);
      if (!isHeldUp || tries === mostTries) throw error;
      await sleep(200 + Math.random() * 800);
    }
  }
}

async function applyAll(owner: ClientBase, files: readonly File[]): Promise<void> {
  await owner.query('begin');
  try {
    await owner.query(`set local lock_timeout = '${lockTimeout}'`);
    await owner.query('set local check_function_bodies = off');
    await applyInAnyOrder(owner, files);
    await owner.query('set local check_function_bodies = on');
    for (const file of files) await apply(owner, file);
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
}

const createTrigger = /^create or replace trigger\b[^;]*;/gim;
const createView = /^create or replace view\b/im;

async function inOrderOfLocks(owner: ClientBase, files: readonly File[]): Promise<File[]> {
  const { rows } = await owner.query<{ definition: string }>(
    'select pg_get_triggerdef(oid) as definition from pg_trigger where not tgisinternal',
  );
  const standing = new Set(rows.map(({ definition }) => normal(definition)));
  const needed = files.map(({ path, text }) => ({
    path,
    // Blank lines in its place, so that an error's line stays the file's.
    text: text.replace(createTrigger, (trigger) =>
      standing.has(normal(trigger.replace(/or replace /i, ''))) ? trigger.replace(/[^\n]/g, '') : trigger,
    ),
  }));
  // The order in which writers take the same locks, or both sides wait for each other: a planner reads views before it
  // writes, an application writes its own tables (a pack's, listed after the core's) before events, a planner deliveries
  // before events.
  const views = needed.filter(({ text }) => createView.test(text));
  const triggers = needed.filter((file) => !views.includes(file) && file.text.search(createTrigger) >= 0);
  const [ofCore, ofPacks] = [triggers.filter(isCore), triggers.filter((file) => !isCore(file))];
  const lockless = needed.filter((file) => !views.includes(file) && !triggers.includes(file));
  return [...lockless, ...views, ...ofPacks, ...ofCore];
}

function isCore({ path }: File): boolean {
  return path.startsWith('db/functions/core/');
}

/** PostgreSQL tells a trigger in capitals and with more parentheses than it was given. */
function normal(trigger: string): string {
  return trigger.toLowerCase().replace(/[();]/g, ' ').replace(/\s+/g, ' ').trim();
}

async function read(path: string): Promise<File> {
  return { path, text: await readFile(join(dbFolder, '..', path), 'utf8') };
}

/** A view needs what it selects from to be there: what fails for that reason is tried again after the others. */
async function applyInAnyOrder(owner: ClientBase, files: readonly File[]): Promise<void> {
  const isMissing = (error: unknown) =>
    error instanceof FileError && ['42883', '42P01', '42704'].includes(error.sqlstate);
  let pending = files;
  while (pending.length > 0) {
    const failed: { file: File; error: unknown }[] = [];
    for (const file of pending) {
      await owner.query('savepoint file');
      try {
        await apply(owner, file);
      } catch (error) {
        if (!isMissing(error)) throw error;
        await owner.query('rollback to savepoint file');
        failed.push({ file, error });
      }
    }
    if (failed.length === pending.length) throw failed[0]?.error;
    pending = failed.map(({ file }) => file);
  }
}

class FileError extends Error {
  readonly sqlstate: string;

  constructor(file: File, error: DatabaseError) {
    const offset = Number(error.position ?? 0);
    const line = offset > 0 ? `:${file.text.slice(0, offset).split('\n').length}` : '';
    const within = error.where ? `\n  ${error.where.split('\n')[0]}` : '';
    super(`${file.path}${line}: ${error.message} (${error.code})${error.hint ? `\n  ${error.hint}` : ''}${within}`);
    this.sqlstate = error.code ?? '';
  }
}

async function apply(owner: ClientBase, file: File): Promise<void> {
  try {
    await owner.query(file.text);
  } catch (error) {
    throw error instanceof DatabaseError ? new FileError(file, error) : error;
  }
}
