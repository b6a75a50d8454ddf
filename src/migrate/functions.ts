import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientBase, DatabaseError } from 'pg';
import { inOrderOfLocks, type Piece } from './lock-order.ts';
import { listSqlFiles, type Pack, root } from './packs.ts';

/** Less than the second after which a waiting application looks for a deadlock: it is us who step back, never them. */
const lockTimeout = '400ms';
const maxTries = 30;

/**
 * Applies the packs' functions, views and triggers in one transaction, twice: first without checking bodies, so that
 * they may refer to one another, then with, which proves that every body holds and every file can be applied again.
 *
 * Replacing a function locks nothing, replacing a trigger or view keeps writers or readers out until the transaction
 * ends. Deploys happen while the application writes: so triggers that are as they should be are left alone, what takes
 * locks comes last and in the order in which writers take them (lock-order.ts), and where it has to wait it is all done
 * again a little later.
 *
 * @param finish is done last in that transaction, and again where it had to wait
 * @returns how many files
 * @throws {Error} naming the file and line, with PostgreSQL's reason; nothing is changed then
 */
export async function applyFunctions(
  owner: ClientBase,
  packs: readonly Pack[],
  finish: () => Promise<void>,
): Promise<number> {
  const files = await Promise.all((await listSqlFiles('functions', packs)).map(read));
  for (let tries = 1; ; tries++) {
    try {
      await applyAll(owner, await inOrderOfLocks(owner, files), finish);
      return files.length;
    } catch (error) {
      if (!isHeldUp(error) || tries === maxTries) throw error;
      await sleep(200 + Math.random() * 800);
    }
  }
}

async function applyAll(owner: ClientBase, files: readonly Piece[], finish: () => Promise<void>): Promise<void> {
  await owner.query('begin');
  try {
    await owner.query(`set local lock_timeout = '${lockTimeout}'`);
    await owner.query('set local check_function_bodies = off');
    await applyInAnyOrder(owner, files);
    await owner.query('set local check_function_bodies = on');
    for (const file of files) await apply(owner, file);
    await finish();
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
}

async function read(path: string): Promise<Piece> {
  return { path, text: await readFile(resolve(root, path), 'utf8') };
}

/** A view needs what it selects from to be there: what fails for that reason is tried again after the others. */
async function applyInAnyOrder(owner: ClientBase, files: readonly Piece[]): Promise<void> {
  const isMissing = (error: unknown) =>
    error instanceof FileError && ['42883', '42P01', '42704'].includes(error.sqlstate);
  let pending = files;
  while (pending.length > 0) {
    const failed: { file: Piece; error: unknown }[] = [];
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

  constructor(file: Piece, error: DatabaseError) {
    const offset = Number(error.position ?? 0);
    const line = offset > 0 ? `:${file.text.slice(0, offset).split('\n').length}` : '';
    const within = error.where ? `\n  ${error.where.split('\n')[0]}` : '';
    super(`${file.path}${line}: ${error.message} (${error.code})${error.hint ? `\n  ${error.hint}` : ''}${within}`);
    this.sqlstate = error.code ?? '';
  }
}

function isHeldUp(error: unknown): boolean {
  const sqlstate = error instanceof FileError ? error.sqlstate : error instanceof DatabaseError ? error.code : null;
  return sqlstate === '55P03' || sqlstate === '40P01';
}

async function apply(owner: ClientBase, file: Piece): Promise<void> {
  try {
    await owner.query(file.text);
  } catch (error) {
    throw error instanceof DatabaseError ? new FileError(file, error) : error;
  }
}
