import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { readConfig } from '../src/config/index.ts';
import { typeParsers } from '../src/database/pool.ts';
import { createAuthenticate } from '../src/graphql/identity.ts';

// What somebody writes by hand for four requests: node:http and node-postgres. As the API does, it checks the token and reads and
// writes as the person's role, under the same policies, by the same functions. It has no GraphQL, no limits and no fairness.
const { apiDatabaseUrl, jwt } = readConfig(process.env, 'api');
const authenticate = createAuthenticate(jwt);
const pool = new pg.Pool({
  connectionString: apiDatabaseUrl,
  application_name: 'bench-peer',
  max: 10,
  statement_timeout: 5_000,
  types: typeParsers,
});

type Input = Readonly<Record<string, unknown>>;
type Operation = {
  readonly text: string;
  values(input: Input): readonly unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: rows are as their statement makes them.
  answer(rows: readonly any[], input: Input): unknown;
};

const operations: Readonly<Record<string, Operation>> = {
  inbox: {
    text: `select p.is_read, n.id, n.title, n.body, n.type_key, n.created_at, n.read_at
      from notify_hidden.inbox_page(null, 'newest', $1::integer + 1, null, null, false) with ordinality as p (id, is_read, place)
      cross join lateral notify.inbox_row(p.id) as n order by p.place`,
    values: ({ first }) => [first],
    answer(rows, { first }) {
      const edges = rows.slice(0, Number(first)).map(({ is_read: isRead, id, title, body, ...row }) => ({
        cursor: Buffer.from(JSON.stringify(['newest', isRead, id])).toString('base64url'),
        node: { id, title, body, typeKey: row.type_key, createdAt: row.created_at, readAt: row.read_at },
      }));
      const pageInfo = { hasNextPage: rows.length > Number(first), endCursor: edges.at(-1)?.cursor ?? null };
      return { inbox: { edges, pageInfo } };
    },
  },
  badge: {
    text: 'select notify.unread_count() as count',
    values: () => [],
    answer: ([row]) => ({ unreadCount: row.count }),
  },
  preferences: {
    text: 'select p.type_key, p.channel, p.enabled, p.frequency, p.source from notify.my_preferences() as p limit $1',
    values: ({ first }) => [first],
    answer: (rows) => ({
      myPreferences: rows.map(({ type_key: typeKey, channel, enabled, frequency, source }) => ({
        typeKey,
        channel,
        enabled,
        frequency,
        source,
      })),
    }),
  },
  change: {
    text: 'select c.changed, c.undo_token from notify.change_notifications($1, $2) as c',
    values: ({ action, notificationIds }) => [action, notificationIds],
    answer: ([row]) => ({ changeNotifications: { result: { changed: row.changed, undoToken: row.undo_token } } }),
  },
  undo: {
    text: 'select notify.undo_change($1) as undone',
    values: ({ undoToken }) => [undoToken],
    answer: ([row]) => ({ undoChange: { result: row.undone } }),
  },
};

async function readJson(request: IncomingMessage): Promise<Input> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as Input;
}

async function answer(request: IncomingMessage): Promise<unknown> {
  const name = request.url?.slice(1) ?? '';
  const operation = operations[name];
  if (!operation) throw new Error(`there is no ${name}`);
  const { userId } = await authenticate(request.headers.authorization);
  const { variables } = (await readJson(request)) as { variables: Input };
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query({
      name: 'claims',
      text: `select set_config('role', 'rowbell_user', true), set_config('rowbell.user_id', $1, true), set_config('rowbell.session_id', '', true)`,
      values: [userId],
    });
    const { rows } = await client.query({ name, text: operation.text, values: [...operation.values(variables)] });
    await client.query('commit');
    return { data: operation.answer(rows, variables) };
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

const server = createServer((request, response) => {
  answer(request).then(
    (body) => send(response, 200, body),
    (error: Error) => send(response, 500, { errors: [{ message: error.message }] }),
  );
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('disconnect', () => process.exit());
