import { parsePlPgSQL, parse as parseSql } from 'libpg-query';

/** A node of the tree that PostgreSQL's parser makes. */
export type Node = Readonly<Record<string, unknown>>;

/** A statement of a file. */
export type Statement = {
  readonly kind: string;
  readonly node: Node;
  /** Of `create function` and `do`, whose bodies are strings; null for all else. */
  readonly body: string | null;
  readonly language: string;
  /** As text; a `do` as a function, which is what the parser of PL/pgSQL reads. */
  readonly source: string;
};

/** The statements of a file. */
export async function statementsOf(text: string): Promise<Statement[]> {
  const { stmts } = (await parseSql(text)) as { stmts: { stmt: Node; stmt_location?: number; stmt_len?: number }[] };
  const bytes = Buffer.from(text);
  return stmts.map(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
    const [[kind, node] = ['', {}]] = Object.entries(stmt) as [string, Node][];
    const body = optionOf(node, 'as');
    const source = bytes.subarray(start, length && start + length).toString();
    return {
      kind,
      node,
      body,
      language: optionOf(node, 'language') ?? 'plpgsql',
      source: kind === 'DoStmt' ? `create function block() returns void language plpgsql as $do$${body}$do$` : source,
    };
  });
}

function optionOf(statement: Node, name: string): string | null {
  const options = [statement.options ?? statement.args].flat() as { DefElem?: { defname: string; arg: Node } }[];
  const argument = options.find((option) => option?.DefElem?.defname === name)?.DefElem?.arg as
    | { String?: { sval: string }; List?: { items: { String: { sval: string } }[] } }
    | undefined;
  return argument?.String?.sval ?? argument?.List?.items[0]?.String.sval ?? null;
}

/**
 * The statements, expressions and declared types of a PL/pgSQL function, as SQL.
 *
 * @param onDynamic called for each statement that is put together when it runs
 */
export async function sqlOfPlpgsql(definition: string, onDynamic: () => void = () => {}): Promise<string[]> {
  const texts: string[] = [];
  for (const node of nodes(await treeOfPlpgsql(definition))) {
    const { PLpgSQL_expr: expression, PLpgSQL_var: variable, PLpgSQL_rec: record } = node as Record<string, Node>;
    if (expression) texts.push(asStatement(String(expression.query), Number(expression.parseMode)));
    const type = declaredType(variable ?? record);
    if (type) texts.push(`select null::${type}`);
    if ('PLpgSQL_stmt_dynexecute' in node || 'PLpgSQL_stmt_dynfors' in node) onDynamic();
  }
  // What a record begins as is not in the parser's tree. Two names before := stand in declarations alone.
  for (const [, value] of definition.matchAll(/^\s+\w+ (?:constant )?\w+\.\w+ :=([^;]+);/gm))
    texts.push(`select ${value}`);
  return texts;
}

/** What the parser of PL/pgSQL makes of a function. */
export function treeOfPlpgsql(definition: string): Promise<unknown> {
  // Without a catalog the parser takes every type that is not built in for a record, of which there are no arrays.
  return parsePlPgSQL(definition.replace(/\b[a-z_]+\.[a-z_]+\[\]/g, 'pg_catalog.text[]'));
}

/** @param mode 0 a statement, 2 an expression, from 3 on an assignment to a variable, a field or an element */
function asStatement(query: string, mode: number): string {
  if (mode === 0) return query;
  return `select ${mode === 2 ? query : query.replace(/:?=/, ',')}`;
}

/** Null for parameters and what PL/pgSQL declares by itself: these were looked up when the function was made. */
function declaredType(variable: Node | undefined): string | null {
  if (variable?.lineno === undefined || /^sql(state|errm)$/.test(String(variable.refname))) return null;
  const type = (variable.datatype as Record<string, Node> | undefined)?.PLpgSQL_type?.typname;
  return typeof type === 'string' && !/%(row)?type$/i.test(type) ? type : null;
}

/** A name's parts: schema and name, or the name alone. */
export function namesOf(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: { String?: { sval: string } }) => item.String?.sval ?? []);
}

/** Every object of a tree. */
export function* nodes(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Node;
  for (const child of Object.values(value)) yield* nodes(child);
}
