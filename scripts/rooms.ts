import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse as parseSql } from 'libpg-query';
import { dbFolder, findPacks, listOwnSqlFiles, type Pack } from '../src/migrate/packs.ts';
import { type Node, namesOf, sqlOfPlpgsql, statementsOf } from './sql-reader.ts';

/** A file of db/functions. */
export type Source = { readonly path: string; readonly text: string };
/** Something that one file's SQL names and another file makes. */
export type Call = { readonly from: string; readonly to: string };
/** The rooms of a pack in their order, each with those it may call. */
export type Rooms = ReadonlyMap<string, readonly string[]>;

/** Every file of db/functions. */
export async function readSources(): Promise<Source[]> {
  const read = async (path: string) => ({ path, text: await readFile(join(dbFolder, '..', path), 'utf8') });
  return Promise.all((await listOwnSqlFiles('functions')).map(read));
}

/**
 * What db/functions/<pack>/rooms.txt allows, by pack: `room: the rooms of the pack that it may call`, each after those it calls.
 * The core's rooms are open to every pack.
 */
export async function readRooms(): Promise<Map<string, Rooms>> {
  const packs = await findPacks(null);
  const read = async ({ name: pack, functions }: Pack) => {
    const text = await readFile(join(functions, 'rooms.txt'), 'utf8');
    const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
    const rooms = lines.map((line) => {
      const [room = '', callees = ''] = line.split(':');
      return [room, callees.split(' ').filter(Boolean)] as const;
    });
    return [pack, new Map(rooms)] as const;
  };
  return new Map(await Promise.all(packs.map(read)));
}

/** The pack and the room in which a file stands. */
export function placeOf(path: string): { readonly pack: string; readonly room: string } {
  const [, , pack = '', room = ''] = path.split('/');
  return { pack, room };
}

/** Who calls whom: functions and views that a file's SQL names, read by PostgreSQL's parser, PL/pgSQL too. */
export async function findCalls(sources: readonly Source[]): Promise<Call[]> {
  const madeBy = new Map(sources.map(({ path }) => [`${basename(dirname(path))}.${basename(path, '.sql')}`, path]));
  const calls: Call[] = [];
  for (const { path, text } of sources) {
    const targets = new Set((await namesIn(text)).map((name) => madeBy.get(name)));
    for (const to of targets) if (to && to !== path) calls.push({ from: path, to });
  }
  return calls;
}

/** Every `schema.name` that a file's statements and bodies mention as a function, a relation or within a string. */
export async function namesIn(text: string): Promise<string[]> {
  const names: string[] = [];
  for (const tree of await treesOf(text)) names.push(...namesOfTree(tree));
  return names;
}

async function treesOf(text: string): Promise<unknown[]> {
  const trees: unknown[] = [];
  for (const { kind, node, language, body, source } of await statementsOf(text)) {
    // Comments and grants name what they are about.
    if (/^(Comment|Grant)Stmt$/.test(kind)) continue;
    if (body === null) trees.push(node);
    else if (language === 'sql') trees.push(await parseSql(body));
    else for (const part of await sqlOfPlpgsql(source)) trees.push(await parseSql(part));
  }
  return trees;
}

function* namesOfTree(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  const { relname, schemaname, funcname, sval, DefElem: option } = value as Node;
  const called = namesOf(funcname);
  if (typeof relname === 'string' && schemaname) yield `${schemaname}.${relname}`;
  if (called.length === 2) yield called.join('.');
  // A name for a look-up or in a statement that is put together when it runs.
  if (typeof sval === 'string') for (const [name] of sval.matchAll(/\b[a-z_]+\.[a-z_0-9]+\b/g)) yield name;
  yield* aggregated(option as Node | undefined);
  // Advisory locks are called like what takes them, wherever else they are asked for.
  if (called.at(-1) === 'hashtext') return;
  for (const child of Object.values(value)) yield* namesOfTree(child);
}

/** The functions that an aggregate is made of, which its definition has in the place of types. */
function* aggregated(option: Node | undefined): Generator<string> {
  if (!/func$/.test(String(option?.defname))) return;
  const made = (option?.arg ?? {}) as { TypeName?: Node };
  if (made.TypeName) yield namesOf(made.TypeName.names).join('.');
}
