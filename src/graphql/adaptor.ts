import { hash } from 'node:crypto';
import type pg from 'pg';
import * as stock from 'postgraphile/adaptors/pg';
import type { FairQueue } from './fair-queue.ts';
import { type Columns, pipeline } from './pipeline.ts';

/** Under it the settings of a request have the signal that is aborted when nobody waits for its answer any more. */
export const gone = Symbol('gone');
type Settings = Record<string, string | undefined> & { readonly [gone]?: AbortSignal };
type Statement = {
  readonly text: string;
  readonly name?: string;
  readonly values?: readonly unknown[];
  readonly arrayMode?: boolean;
};
type Client = {
  query(statement: Statement): Promise<object>;
  withTransaction<T>(work: (client: Client) => Promise<T>): Promise<T>;
};
type WithClient = ((settings: Settings | null, work: (client: Client) => unknown) => Promise<unknown>) & {
  release?: () => void;
};

/** First in every transaction on behalf of a token that names a session: raises RBAUT where that has ended. */
export const requireSession = 'select notify_hidden.require_session()';

/** On each connection, once; the second as a role that may. PostgreSQL's JIT would take longer than any statement here. */
const preparation = `
  set jit_optimize_above_cost = -1;
  prepare rowbell_settings (text[], text[]) as
    select pg_catalog.count(pg_catalog.set_config(s.name, s.value, true)) from unnest($1, $2) as s (name, value);
  set role rowbell_user;
  prepare rowbell_session as ${requireSession};
  reset role`;
/** So many more does a connection keep prepared: those used last. */
const maxPrepared = 100;

/**
 * PostGraphile's adaptor, except that a person waits in their own line for a connection, holds none meanwhile, and leaves the
 * line when they have gone away; that nothing is read or written for a session that has ended; and that a statement is one trip
 * to the database and a transaction of its own, with its settings before it.
 */
export function createAdaptor(connections: FairQueue) {
  return {
    ...stock,
    createWithPgClient(options: { readonly pool: pg.Pool }, variant: never) {
      const inner = stock.createWithPgClient(options, variant) as unknown as WithClient;
      const outer: WithClient = async (settings, work) => {
        const person = settings?.['rowbell.user_id'];
        // Nobody asks while the schema is made.
        if (!settings || person === undefined) return inner(settings, work);
        const leave = await connections.enter(person, settings[gone]);
        try {
          const client = await options.pool.connect();
          try {
            return await work(actFor(settings, client, prepared.get(client) ?? (await prepare(client))));
          } finally {
            client.release();
          }
        } finally {
          leave();
        }
      };
      if (inner.release) outer.release = inner.release;
      return outer;
    },
  };
}

/** What a connection has prepared by its names, those used last at the end, and the columns of each where they are known. */
type Kept = Map<string, Columns | undefined>;
const prepared = new WeakMap<pg.PoolClient, Kept>();

async function prepare(client: pg.PoolClient): Promise<Kept> {
  await client.query(preparation);
  const kept: Kept = new Map();
  prepared.set(client, kept);
  return kept;
}

function actFor(settings: Settings, client: pg.PoolClient, kept: Kept): Client {
  const before = [{ name: 'rowbell_settings', values: [Object.keys(settings), Object.values(settings)] }];
  if (settings['rowbell.session_id']) before.push({ name: 'rowbell_session', values: [] });
  return {
    async query({ text, name = nameOf(text), values = [], arrayMode }) {
      const columns = kept.get(name);
      const isNew = !kept.delete(name);
      const [oldest] = kept.keys();
      const forget = isNew && kept.size >= maxPrepared ? oldest : undefined;
      if (forget !== undefined) kept.delete(forget);
      kept.set(name, columns);
      const learn = (learnt: Columns) => kept.set(name, learnt);
      const config = { text, name, values, ...(arrayMode && { rowMode: 'array' as const }) };
      const { rows, rowCount } = await pipeline(client, config, { before, forget, columns, learn });
      return { rows, rowCount, notices: [] };
    },
    withTransaction() {
      throw new Error('A statement is a transaction here: what is to happen together is a function.');
    },
  };
}

const nameOf = (text: string): string => hash('sha1', text, 'base64url');
