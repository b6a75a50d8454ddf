import { parse as parseSql } from 'libpg-query';
import { type Node, namesOf, nodes, sqlOfPlpgsql, statementsOf, treeOfPlpgsql } from './sql-reader.ts';

/** The fields of each composite type and relation, by `schema.name`. */
export type Composites = ReadonlyMap<string, readonly string[]>;

type Select = Node & { readonly targetList?: readonly { ResTarget: Node }[] };
/** What a name stands for in a query's `from` and `with`: the query behind it, or a relation by its name. */
type Scope = ReadonlyMap<string, Select | string>;

/**
 * Where a composite type is filled by position alone. Fields are given by name or they are mistaken for one another when
 * one is added: a select that becomes a record names each column after the field, `row(…)` has columns of these names only.
 * Statements that are put together when they run are not read.
 *
 * @param text a file of db/functions
 * @returns a sentence each
 */
export async function findUnnamed(text: string, composites: Composites): Promise<string[]> {
  const problems: string[] = [];
  const check = (what: string, type: string | null, select: Select | undefined) => {
    const fields = type ? composites.get(type) : undefined;
    if (fields && select) problems.push(...compare(what, type as string, fields, select));
  };
  for (const { kind, node, body, language, source } of await statementsOf(text)) {
    const trees: unknown[] = [];
    const returned = typeOf(node.returnType);
    if (body === null) trees.push(node);
    else if (language === 'sql') {
      const tree = (await parseSql(body)) as { stmts: { stmt: Node }[] };
      trees.push(tree);
      check('returns', returned, selectOf(tree.stmts.at(-1)?.stmt));
    } else {
      for (const part of await sqlOfPlpgsql(source)) trees.push(await parseSql(part));
      for (const [what, type, query] of fillsOf(await treeOfPlpgsql(source), returned)) {
        const { stmts } = (await parseSql(query)) as { stmts: { stmt: Node }[] };
        check(what, type, selectOf(stmts[0]?.stmt));
      }
    }
    if (/^(Comment|Grant)Stmt$/.test(kind)) continue;
    for (const tree of trees) problems.push(...casts(tree, new Map(), composites));
  }
  return [...new Set(problems)];
}

/** What PL/pgSQL puts into records whose type is known: what it returns, `into` and loops. */
function* fillsOf(
  tree: unknown,
  returned: string | null,
): Generator<[what: string, type: string | null, query: string]> {
  for (const node of nodes(tree) as Generator<Record<string, Node>>) {
    const { PLpgSQL_stmt_return_query: answer, PLpgSQL_stmt_execsql: into, PLpgSQL_stmt_fors: loop } = node;
    if (answer?.query) yield ['returns', returned, queryOf(answer.query)];
    if (into?.into) yield ['into', recordType(into.target), queryOf(into.sqlstmt)];
    if (loop) yield ['for', recordType(loop.var), queryOf(loop.query)];
  }
}

const queryOf = (expression: unknown) => String((expression as { PLpgSQL_expr: Node }).PLpgSQL_expr.query);

function recordType(target: unknown): string | null {
  const record = (target as { PLpgSQL_rec?: { datatype?: { PLpgSQL_type: { typname: string } } } })?.PLpgSQL_rec;
  return record?.datatype?.PLpgSQL_type.typname ?? null;
}

function typeOf(type: unknown): string | null {
  const parts = namesOf((type as Node | undefined)?.names);
  return parts.length === 2 ? parts.join('.') : null;
}

function selectOf(statement: Node | undefined): Select | undefined {
  const [kind, node] = Object.entries(statement ?? {})[0] ?? [];
  if (kind === 'SelectStmt') return node as Select;
  const returning = (node as { returningClause?: { exprs: Select['targetList'] } } | undefined)?.returningClause;
  return returning && { targetList: returning.exprs ?? [] };
}

/** One problem for each select (of a union, too) whose columns are not called as the fields. */
function compare(what: string, type: string, fields: readonly string[], select: Select): string[] {
  if (select.larg && select.rarg) {
    return [select.larg, select.rarg].flatMap((branch) => compare(what, type, fields, branch as Select));
  }
  // A list of records that functions made (personal_data).
  if (select.valuesLists) {
    const lists = select.valuesLists as { List: { items: unknown[] } }[];
    if (lists.every(({ List: { items } }) => items.length === 1)) return [];
  }
  const targets = select.targetList ?? [];
  // A record that is passed on whole.
  if (targets.length === 1 && fields.length > 1) return [];
  const names = targets.map(({ ResTarget: target }) => (target.name as string | undefined) ?? columnName(target.val));
  if (names.join() === fields.join()) return [];
  const at = fields.findIndex((field, place) => field !== names[place]);
  return [`${what} ${type}: ${fields[at] ?? 'nothing more'} is given as ${names[at] ?? 'something without a name'}`];
}

/** What PostgreSQL calls a column; null: it has no name of its own. */
function columnName(value: unknown): string | null {
  const { ColumnRef: column } = (value ?? {}) as { ColumnRef?: Node };
  return namesOf(column?.fields).at(-1) ?? null;
}

/** Casts to composite types, and rows without one. */
function* casts(value: unknown, outer: Scope, composites: Composites): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  const node = value as Record<string, Node>;
  const scope = node.SelectStmt ? scopeOf(node.SelectStmt, outer) : outer;
  const row = node.RowExpr;
  if (row?.row_format === 'COERCE_EXPLICIT_CALL') yield 'a row without a type';
  const { TypeCast: cast } = node as { TypeCast?: { arg: Record<string, Node>; typeName: Node } };
  const type = typeOf(cast?.typeName);
  const fields = type ? composites.get(type) : undefined;
  if (cast && fields) {
    const given = cast.arg.RowExpr as { args?: unknown[] } | undefined;
    const names = given?.args?.flatMap((column) => wholeRow(column, scope, composites) ?? columnName(column));
    if (names && names.join() !== fields.join()) yield `a row for ${type} whose columns are not called as its fields`;
    const [alias, ...more] = namesOf(cast.arg.ColumnRef?.fields);
    const behind = more.length === 0 ? scope.get(alias ?? '') : undefined;
    if (typeof behind === 'object') yield* compare('cast to', type as string, fields, behind);
    for (const child of given?.args ?? [cast.arg]) yield* casts(child, scope, composites);
    return;
  }
  for (const child of Object.values(value)) yield* casts(child, scope, composites);
}

/** The fields behind `r.*`, where r is a relation. */
function wholeRow(column: unknown, scope: Scope, composites: Composites): readonly string[] | undefined {
  const { fields = [] } = (column as { ColumnRef?: { fields?: Node[] } }).ColumnRef ?? {};
  const relation = fields[1]?.A_Star ? scope.get(namesOf(fields)[0] ?? '') : undefined;
  return typeof relation === 'string' ? composites.get(relation) : undefined;
}

function scopeOf(select: Node, outer: Scope): Scope {
  const scope = new Map<string, Select | string>(outer);
  const queries = new Map<string, Select>();
  for (const { CommonTableExpr: query } of ((select.withClause as Node | undefined)?.ctes ?? []) as Record<
    string,
    Node
  >[]) {
    const behind = selectOf(query?.ctequery as Node);
    if (behind) queries.set(String(query?.ctename), behind);
  }
  const visit = (item: Record<string, Node>): void => {
    const { RangeSubselect: subquery, RangeVar: relation, JoinExpr: join } = item;
    if (join) for (const side of [join.larg, join.rarg]) visit(side as Record<string, Node>);
    const alias = String(((subquery ?? relation)?.alias as Node | undefined)?.aliasname ?? relation?.relname);
    const behind = subquery ? selectOf(subquery.subquery as Node) : queries.get(String(relation?.relname));
    if (behind) scope.set(alias, behind);
    else if (relation?.schemaname) scope.set(alias, `${relation.schemaname}.${relation.relname}`);
    else scope.delete(alias);
  };
  for (const item of (select.fromClause ?? []) as Record<string, Node>[]) visit(item);
  return scope;
}
