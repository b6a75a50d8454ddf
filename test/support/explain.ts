import type { Client } from './database.ts';

/** A node of PostgreSQL's JSON plan; only what tests ask about is named. */
export type PlanNode = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Loops'?: number;
  readonly 'Actual Rows'?: number;
  readonly Plans?: readonly PlanNode[];
};

/** Runs a query under `explain analyze` as whoever the client is, and lists the plan's nodes from the root down. */
export async function explain(client: Client, sql: string, values: readonly unknown[] = []): Promise<PlanNode[]> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explain (analyze, timing off, format json) ${sql}`,
    [...values],
  );
  const root = rows[0]?.['QUERY PLAN'][0].Plan;
  return root ? flatten(root) : [];
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}
