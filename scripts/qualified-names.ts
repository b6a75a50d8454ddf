import { parse as parseSql } from 'libpg-query';
import { type Node, namesOf, sqlOfPlpgsql } from './sql-reader.ts';

/** A function of SQL or PL/pgSQL as the catalog has it. */
export type Routine = {
  readonly language: string;
  /** `pg_get_functiondef()` for PL/pgSQL, the body for SQL. */
  readonly text: string;
  /** Whether it sets `search_path = pg_catalog, pg_temp`. */
  readonly isPinned: boolean;
  /** What its triggers call the rows they hand over; these names come before any table's. */
  readonly transitionTables: readonly string[];
};

type Kind = 'relation' | 'function' | 'type' | 'collation' | 'statement';
type Report = (kind: Kind, name: string) => void;

/**
 * What a body names without saying in which schema, read by PostgreSQL's own parser. Whoever may make objects in a schema
 * that is searched says what such a name means, and pg_temp is searched first for relations and types. With a pinned
 * search_path only relations are reported: types, functions and collations are PostgreSQL's own then.
 *
 * Operators stay unqualified (nobody could read it): they are never looked up in pg_temp.
 */
export async function findUnqualifiedNames(routine: Routine): Promise<string[]> {
  const found = new Set<string>();
  const report: Report = (kind, name) => {
    if (kind === 'relation' || !routine.isPinned) found.add(`${kind} ${name}`);
  };
  const texts =
    routine.language === 'sql'
      ? [routine.text]
      : await sqlOfPlpgsql(routine.text, () => report('statement', 'execute'));
  for (const text of texts) walk(await parseSql(text), new Set(routine.transitionTables), report);
  return [...found].sort();
}

/** @param scope names of common table expressions and transition tables, which come before any table's */
function walk(value: unknown, scope: ReadonlySet<string>, report: Report): void {
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  reportNames(node, scope, report);
  const inner = withClause(node, scope, report);
  for (const [key, child] of Object.entries(node)) {
    // "for update of i" names what the query itself names so.
    if (key !== 'withClause' && key !== 'lockedRels') walk(child, inner, report);
  }
}

function reportNames(node: Node, scope: ReadonlySet<string>, report: Report): void {
  const lists = { function: node.funcname ?? node.method, type: node.names, collation: node.collname } as const;
  for (const [kind, list] of Object.entries(lists)) {
    const parts = namesOf(list);
    if (parts.length === 1) report(kind as Kind, parts[0] ?? '');
  }
  const { relname, schemaname } = node;
  if (typeof relname === 'string' && !schemaname && !scope.has(relname)) report('relation', relname);
  // 'x'::regclass looks for x as if it stood there itself.
  const regType = /^reg(?!role|namespace)/.test(namesOf((node.typeName as Node | undefined)?.names).at(-1) ?? '');
  const literal = (node.arg as { A_Const?: { sval?: { sval?: string } } } | undefined)?.A_Const?.sval?.sval;
  if (regType && literal && !literal.includes('.')) {
    report(namesOf((node.typeName as Node).names).at(-1) === 'regclass' ? 'relation' : 'type', `'${literal}'`);
  }
  for (const key of Object.keys(node)) {
    if (key.endsWith('Stmt') && !/^(Select|Insert|Update|Delete|Merge)Stmt$/.test(key)) report('statement', key);
  }
}

/** Reads the queries of a `with`, each of which sees those before it, and returns the names its statement sees. */
function withClause(node: Node, scope: ReadonlySet<string>, report: Report): ReadonlySet<string> {
  const clause = node.withClause as { recursive?: boolean; ctes: { CommonTableExpr: Node }[] } | undefined;
  if (!clause) return scope;
  const inner = new Set(scope);
  const queries = clause.ctes.map(({ CommonTableExpr: query }) => query);
  if (clause.recursive) for (const query of queries) inner.add(String(query.ctename));
  for (const query of queries) {
    walk(query, new Set(inner), report);
    inner.add(String(query.ctename));
  }
  return inner;
}
