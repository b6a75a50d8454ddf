import type pg from 'pg';
import { z } from 'zod';
import { describeDatabaseError } from '../database-errors.ts';
import { RowbellError } from '../errors.ts';
import { requireSession } from '../graphql/adaptor.ts';
import type { Authenticate, Identity } from '../graphql/identity.ts';
import { csvLine } from './csv.ts';
import { begin, finish, type Response } from './respond.ts';
import type { Route } from './router.ts';

/** A list that can be taken away as a file, as whoever asks sees it. */
export type ExportSource = {
  /** `/export/<name>.csv` and `/export/<name>.json`. */
  readonly name: string;
  /** Names of the columns, as the query answers with them. */
  readonly columns: readonly string[];
  /**
   * The query for what the parameters ask for. Its rows are what row-level security leaves of it.
   *
   * @throws {RowbellError} RBINV for a parameter that is unknown or wrong, named
   */
  readonly query: (parameters: URLSearchParams) => { readonly text: string; readonly values: readonly unknown[] };
};

/** Parameters of exports: a list with commas, an instant with its offset. */
export const list = z
  .string()
  .min(1)
  .max(500)
  .transform((text) => text.split(','));
export const instant = z.iso.datetime({ offset: true });

/**
 * What the parameters of a request say.
 *
 * @throws {RowbellError} RBINV for one that is unknown or wrong, named
 */
export function readParameters<Schema extends z.ZodType>(
  schema: Schema,
  parameters: URLSearchParams,
): z.output<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(parameters));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0];
  const what = issue?.code === 'unrecognized_keys' ? 'is unknown' : 'is not valid';
  throw new RowbellError('RBINV', `${String(field)}: ${what}`);
}

/** The columns of a query whose answer has these names, `{ createdAt: 'created_at' }`. */
export const selected = (columns: Readonly<Record<string, string>>): string =>
  Object.entries(columns)
    .map(([name, column]) => `${column} as "${name}"`)
    .join(', ');

/** Each holds a connection for as long as its client reads. */
export const mostExports = 4;
const rowsAtOnce = 500;
/** A client that takes nothing for so long has gone. */
const patienceMs = 30_000;
/** Nor may one that takes a little every now and then hold a connection, and the snapshot of its query, for ever. */
const longestMs = 15 * 60_000;

/**
 * Routes that stream lists of any size: rows come by a cursor, a piece after the client has taken the one before, so
 * memory stays flat. One at a time a person, `mostExports` in all. What fails half-way cuts the connection, so that no
 * client takes a part for the whole.
 *
 * @param pool connections as `rowbell_api`, `mostExports` of them
 */
export function createExportRoutes(
  sources: readonly ExportSource[],
  { pool, authenticate }: { readonly pool: pg.Pool; readonly authenticate: Authenticate },
): Route[] {
  const running = new Set<string>();

  return sources.flatMap((source) =>
    (['csv', 'json'] as const).map(
      (format): Route => ({
        method: 'GET',
        path: `/export/${source.name}.${format}`,
        async handle(request, response) {
          const identity = await authenticate(request.headers.authorization);
          if (identity.userId === null) throw new RowbellError('RBAUT');
          const query = source.query(new URL(request.url ?? '/', 'http://localhost').searchParams);
          const whoever = `${identity.role} ${identity.userId}`;
          if (running.size >= mostExports || running.has(whoever)) throw new RowbellError('RBLIM');
          running.add(whoever);
          try {
            await inTransactionOf(pool, identity, async (client) => {
              await client.query(`declare rows no scroll cursor for ${query.text}`, [...query.values]);
              const pieces = format === 'csv' ? asCsv(client, source.columns) : asJson(client);
              await send(pieces, response, format, source.name, request.method === 'HEAD');
            });
          } finally {
            running.delete(whoever);
          }
          // Last, so that who has all of it may ask again at once.
          finish(response);
        },
      }),
    ),
  );
}

async function send(
  pieces: AsyncGenerator<string>,
  response: Response,
  format: 'csv' | 'json',
  name: string,
  headersOnly: boolean,
): Promise<void> {
  // Before the headers, so that a query that fails is answered as an error.
  const first = await pieces.next();
  begin(response, 200, {
    'content-type': format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json; charset=utf-8',
    'content-disposition': `attachment; filename="${name}-${new Date().toISOString().slice(0, 10)}.${format}"`,
  });
  const over = setTimeout(() => response.destroy(), longestMs);
  try {
    if (!headersOnly) {
      if (!first.done) await write(response, first.value);
      for await (const piece of pieces) await write(response, piece);
    }
  } catch (error) {
    response.destroy();
    if (!(error instanceof Gone)) throw error;
  } finally {
    clearTimeout(over);
  }
}

class Gone extends Error {}

/** Resolves once there is room for more. */
async function write(response: Response, piece: string): Promise<void> {
  if (!response.write(piece) && !response.destroyed) {
    await new Promise<void>((resolve) => {
      const patience = setTimeout(() => response.destroy(), patienceMs);
      const go = () => {
        clearTimeout(patience);
        response.off('drain', go).off('close', go);
        resolve();
      };
      response.on('drain', go).on('close', go);
    });
  }
  if (response.destroyed) throw new Gone();
}

async function* fetched(client: pg.PoolClient): AsyncGenerator<Record<string, unknown>[]> {
  for (;;) {
    const { rows } = await client.query<Record<string, unknown>>(`fetch ${rowsAtOnce} from rows`);
    yield rows;
    if (rows.length < rowsAtOnce) return;
  }
}

async function* asCsv(client: pg.PoolClient, columns: readonly string[]): AsyncGenerator<string> {
  let before = csvLine(columns);
  for await (const rows of fetched(client)) {
    yield before + rows.map((row) => csvLine(columns.map((column) => row[column]))).join('');
    before = '';
  }
}

async function* asJson(client: pg.PoolClient): AsyncGenerator<string> {
  let before = '[';
  for await (const rows of fetched(client)) {
    if (rows.length > 0) {
      yield `${before}\n${rows.map((row) => JSON.stringify(row)).join(',\n')}`;
      before = ',';
    }
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

async function inTransactionOf(
  pool: pg.Pool,
  { role, userId, sessionId }: Identity,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin read only');
    // Plans for the first row, however many follow: read in an index's order, not gathered and sorted before.
    await client.query(
      `select set_config('role', $1, true), set_config('rowbell.user_id', $2, true), set_config('rowbell.session_id', $3, true),
         set_config('cursor_tuple_fraction', '0', true)`,
      [`rowbell_${role}`, userId ?? '', sessionId ?? ''],
    );
    if (sessionId !== null) await client.query(requireSession);
    await work(client);
  } catch (error) {
    throw describeDatabaseError(error);
  } finally {
    await client.query('rollback').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  }
}
