import type { TestDatabase } from './database.ts';

/** A table that something people may call adds rows to. */
export type WrittenTable = {
  readonly name: string;
  /** Functions that people, or the links of their mails, may call, and from which one gets there. */
  readonly entries: ReadonlySet<string>;
  /** Functions in which the statements stand. */
  readonly writers: ReadonlySet<string>;
};
type Fn = { readonly source: string; readonly isEntry: boolean };
type Trigger = { readonly table: string; readonly events: number; readonly fn: string; readonly argument: string };

const statements = [
  ['insert', /\binsert into (?:only )?(\w+\.\w+)/g, 4],
  ['delete', /\bdelete from (?:only )?(\w+\.\w+)/g, 8],
  ['update', /\bupdate (?:only )?(\w+\.\w+)/g, 16],
] as const;

/**
 * Follows each function that `rowbell_user` or `rowbell_http` may execute through the functions that it names and the
 * triggers of the tables that it writes. Reads bodies as text: our functions say the schema of every table and function.
 */
export async function writtenTables(database: TestDatabase) {
  const { rows: found } = await database.owner.query<Fn & { name: string }>(`
    select n.nspname || '.' || p.proname as name, regexp_replace(p.prosrc, '--.*', '', 'gn') as source,
      p.provolatile = 'v' and (has_function_privilege('rowbell_user', p.oid, 'execute') or has_function_privilege('rowbell_http', p.oid, 'execute'))
        as "isEntry"
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
    where n.nspname not in ('pg_catalog', 'information_schema', 'graphile_worker')`);
  const fns = new Map<string, Fn>(found.map((fn) => [fn.name, fn]));
  const { rows: triggers } = await database.owner.query<Trigger>(`
    select t.tgrelid::regclass::text as table, t.tgtype::integer as events, n.nspname || '.' || p.proname as fn,
      coalesce(split_part(encode(t.tgargs, 'escape'), '\\000', 1), '') as argument
    from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid join pg_namespace as n on n.oid = p.pronamespace
    where not t.tgisinternal`);

  const sourceOf = (name: string): string => fns.get(name)?.source ?? '';
  const calledBy = (name: string): string[] =>
    [...sourceOf(name).matchAll(/\b(\w+\.\w+)\s*\(/g)].map(([, called]) => called as string);
  const tables = new Map<string, { entries: Set<string>; writers: Set<string> }>();
  const follow = (entry: string): void => {
    const seen = new Set<string>();
    const ahead = [entry];
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      const fn = fns.get(name);
      if (!fn || seen.has(name)) continue;
      seen.add(name);
      ahead.push(...calledBy(name));
      for (const [kind, pattern, event] of statements) {
        for (const [, table = ''] of fn.source.matchAll(pattern)) {
          for (const trigger of triggers) if (trigger.table === table && trigger.events & event) ahead.push(trigger.fn);
          if (kind !== 'insert') continue;
          const known = tables.get(table) ?? { entries: new Set(), writers: new Set() };
          tables.set(table, known);
          known.entries.add(entry);
          known.writers.add(name);
        }
      }
    }
  };
  for (const [name, { isEntry }] of fns) if (isEntry) follow(name);
  return {
    tables: [...tables]
      .map(([name, reached]): WrittenTable => ({ name, ...reached }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    sourceOf,
    calledBy,
    triggersOf: (table: string): readonly Trigger[] => triggers.filter((trigger) => trigger.table === table),
  };
}
