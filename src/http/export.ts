import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { z } from 'zod';
import { RowbellError } from '../errors.ts';
import { createFairQueue } from '../graphql/fair-queue.ts';
import type { Authenticate, Identity } from '../graphql/identity.ts';
import { type Format, formats, type Row } from './export-formats.ts';
import { readAs } from './read-as.ts';
import { begin, finish, type Response } from './respond.ts';
import type { Route } from './router.ts';

/** A list that can be taken away as a file, as whoever asks sees it. */
export type ExportSource = {
  /** `/export/<name>.csv` and `/export/<name>.json`. */
  readonly name: string;
  /** Names of the columns, as the query answers with them. */
  readonly columns: readonly string[];
  /**
   * The query for what the parameters ask for, from the beginning or after a row of it. Its rows are what row-level
   * security leaves of it, each with an `id`.
   *
   * @throws {RowbellError} RBINV for a parameter that is unknown or wrong, named
   */
  readonly query: (parameters: URLSearchParams) => (after: Row | null) => Query;
};

export type Query = { readonly text: string; readonly values: readonly unknown[] };

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
  throw new RowbellError('RBINV', `${String(field)}: ${what}`, { field: String(field) });
}

/** The columns of a query whose answer has these names, `{ createdAt: 'created_at' }`. */
export const selected = (columns: Readonly<Record<string, string>>): string =>
  Object.entries(columns)
    .map(([name, column]) => `${column} as "${name}"`)
    .join(', ');

/** Connections for all exports of a process. */
export const maxExportConnections = 4;
/** Exports under way, most of them waiting for their clients. */
const maxExports = 100;
const rowsAtOnce = 500;
/** So long does an export hold a connection; then the next has its turn. */
const maxHoldMs = 1_000;
const maxWaitMs = 30_000;
/** How long a client may take for a piece, beside what it takes at the least speed. */
const maxPauseMs = 20_000;
const minBytesPerMs = 8;
/** Nor may one that is a little faster than that go on for ever. */
const maxExportMs = 15 * 60_000;
const retryAfter = 5;

export type ExportOptions = {
  /** Connections as `rowbell_api`, `maxExportConnections` of them. */
  readonly pool: pg.Pool;
  readonly authenticate: Authenticate;
};

/**
 * Routes that stream lists of any size: a piece after the client has taken the one before, so memory stays flat. One at a
 * time a person. Whoever keeps up holds a connection, for a second at a time; while a client has to be waited for nobody
 * does. docs/inbox.md says what that means for what is exported.
 */
export function createExportRoutes(sources: readonly ExportSource[], { pool, authenticate }: ExportOptions): Route[] {
  const running = new Set<string>();
  const connections = createFairQueue({
    limit: 'exports',
    share: 1,
    places: maxExportConnections,
    maxWaiting: 1,
    maxWaitMs,
  });

  const exportTo = async (response: Response, source: ExportSource, format: Format, identity: Identity) => {
    const from = source.query(new URL(response.req.url ?? '/', 'http://localhost').searchParams);
    const outlet = createOutlet(response, source, format);
    let after: Row | null = null;
    let isDone = false;
    while (!isDone && !response.destroyed) {
      const leave = await connections.enter(identity.userId);
      try {
        ({ after, isDone } = await readAs(pool, identity, (client) => give(client, from(after), after, outlet)));
      } finally {
        leave();
      }
      await outlet.taken();
    }
  };

  const offer = (source: ExportSource, format: Format): Route => ({
    method: 'GET',
    path: `/export/${source.name}.${format.name}`,
    isForPages: true,
    async handle(request, response) {
      const identity = await authenticate(request.headers.authorization);
      const whoever = `${identity.role} ${identity.userId}`;
      if (running.size >= maxExports || running.has(whoever)) {
        throw new RowbellError('RBLIM', undefined, { limit: 'exports', retryAfter });
      }
      running.add(whoever);
      const over = setTimeout(() => response.destroy(), maxExportMs);
      try {
        await exportTo(response, source, format, identity);
      } catch (error) {
        if (response.headersSent) response.destroy();
        throw error;
      } finally {
        clearTimeout(over);
        running.delete(whoever);
      }
      // Last, so that who has all of it may ask again at once.
      if (!response.destroyed) finish(response);
    },
  });
  return sources.flatMap((source) => formats.map((format) => offer(source, format)));
}

type Outlet = ReturnType<typeof createOutlet>;

/** Where pieces go. Whoever takes one too slowly is cut off. */
function createOutlet(response: Response, { name, columns }: ExportSource, format: Format) {
  let taken: Promise<void> | null = null;
  const wait = (bytes: number) =>
    new Promise<void>((resolve) => {
      const patience = setTimeout(() => response.destroy(), maxPauseMs + bytes / minBytesPerMs);
      const go = () => {
        clearTimeout(patience);
        response.off('drain', go).off('close', go);
        taken = null;
        resolve();
      };
      response.on('drain', go).on('close', go);
    });
  return {
    /** False: there is nobody for whom more is to be read. */
    write(rows: readonly Row[], isFirst: boolean, isLast: boolean): boolean {
      // After the first rows are there, so that a query that fails is answered as an error.
      if (!response.headersSent) {
        begin(response, 200, {
          'content-type': format.contentType,
          'content-disposition': `attachment; filename="${name}-${new Date().toISOString().slice(0, 10)}.${format.name}"`,
        });
      }
      if (response.req.method === 'HEAD' || response.destroyed) return false;
      const piece = format.piece(rows, columns, { isFirst, isLast });
      if (!response.write(piece) && !response.destroyed) taken = wait(Buffer.byteLength(piece));
      return true;
    },
    /** Resolves when everything has been taken, or nobody takes anything any more. */
    taken: async (): Promise<void> => taken ?? undefined,
    isTaken: () => taken === null,
  };
}

/** Gives what follows a row, until all is given, the client has to be waited for, or it is the next one's turn. */
async function give(
  client: pg.PoolClient,
  { text, values }: Query,
  start: Row | null,
  outlet: Outlet,
): Promise<{ readonly after: Row | null; readonly isDone: boolean }> {
  const until = Date.now() + maxHoldMs;
  await client.query(`declare rows no scroll cursor for ${text}`, [...values]);
  for (let after = start; ; ) {
    const { rows } = await client.query<Row>(`fetch ${rowsAtOnce} from rows`);
    const isLast = rows.length < rowsAtOnce;
    const isWanted = outlet.write(rows, after === null, isLast);
    after = rows.at(-1) ?? after;
    if (isLast || !isWanted) return { after, isDone: true };
    if (!outlet.isTaken()) await Promise.race([outlet.taken(), sleep(Math.max(0, until - Date.now()))]);
    if (!outlet.isTaken() || Date.now() >= until) return { after, isDone: false };
  }
}
