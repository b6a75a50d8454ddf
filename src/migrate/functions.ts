import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientBase, DatabaseError } from 'pg';
import { dbFolder, listSqlFiles } from './packs.ts';

type File = { readonly path: string; readonly text: string };

/**
 * Applies db/functions (functions, views, triggers) in one transaction, twice: first without checking bodies, so that
 * they may refer to one another, then with, which proves that every body holds and every file can be applied again.
 *
 * @returns how many files
 * @throws {Error} naming the file and line, with PostgreSQL's reason; nothing is changed then
 */
export async function applyFunctions(owner: ClientBase): Promise<number> {
  const files = await Promise.all((await listSqlFiles('functions')).map(read));
  await owner.query('begin');
  try {
    await owner.query(`set local lock_timeout = '10s'`);
    await owner.query('set local check_function_bodies = off');
    await applyInAnyOrder(owner, files);
    await owner.query('set local check_function_bodies = on');
    for (const file of files) await apply(owner, file);
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
  return files.length;
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
