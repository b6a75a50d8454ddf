import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isLeafType,
  isRequiredArgument,
} from 'postgraphile/graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/graphql/identity.ts';
import { listSchemas } from '../../src/migrate/packs.ts';
import { createAnyRows } from '../support/any-rows.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

type Field = GraphQLField<unknown, unknown>;
const connectionsOf = async (role: Role): Promise<Field[]> => {
  const sdl = await readFile(join(import.meta.dirname, `../../src/generated/${role}.graphql`), 'utf8');
  return Object.values(buildSchema(sdl).getQueryType()?.getFields() ?? {}).filter(({ type }) =>
    getNamedType(type).name.endsWith('Connection'),
  );
};
const byRole = { user: await connectionsOf('user'), operator: await connectionsOf('operator') };
const connections = [
  ...new Map(Object.values(byRole).flatMap((fields) => fields.map((one) => [one.name, one]))).values(),
];
const ordered = connections.filter(({ args }) => args.some(({ name }) => name === 'orderBy'));

let database: TestDatabase;
let api: TestApi;
let tokens: readonly string[];
let person: string;
let anyRows: Awaited<ReturnType<typeof createAnyRows>>;
beforeAll(async () => {
  database = await createDatabase();
  person = await createUser(database);
  // All orders of all connections take a while.
  tokens = await Promise.all(
    [{ role: 'operator' }, {}].map((claims) => signToken(person, { ...claims, expiresIn: 7_200 })),
  );
  // Before the tables lose their constraints, by which the API knows their keys.
  api = await startTestApi(database, { PLANNING_MS_PER_MINUTE: '60000' });
  anyRows = await createAnyRows(database.owner, await listSchemas(), person);
  for (const table of anyRows.tables) await anyRows.insert(table, 9);
}, 300_000);
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const orderTypeOf = ({ args }: Field) =>
  getNamedType(args.find(({ name }) => name === 'orderBy')?.type as never) as unknown as GraphQLEnumType;
const ordersOf = (field: Field) =>
  orderTypeOf(field)
    .getValues()
    .map(({ name }) => name);

/** All that a row has of its own. */
function leavesOf({ type }: Field): string {
  const nodes = (getNamedType(type) as GraphQLObjectType).getFields().nodes as Field;
  const row = getNamedType(nodes.type) as GraphQLObjectType;
  return Object.values(row.getFields())
    .filter((field) => isLeafType(getNullableType(field.type)) && !field.args.some(isRequiredArgument))
    .map(({ name }) => name)
    .join(' ');
}

type Row = { readonly cursor: string; readonly node: unknown };

/** The table whose rows a connection has, by its name. */
function tableOf({ name }: Field): string | undefined {
  const words = name.replace(/[A-Z0-9]+/g, (letters) => `_${letters.toLowerCase()}`);
  return anyRows.tables.find((table) => {
    const [pack, bare] = table.split('.');
    return bare === words || `${pack}_${bare}` === words || `${pack?.replace(/s$/, '')}_${bare}` === words;
  });
}

/** A page of so many rows, after a cursor or, backwards, before it. */
type Page = { readonly count: number; readonly cursor?: string | null; readonly order: string | null };
type Way = 'forwards' | 'backwards';

async function page(
  field: Field,
  token: string,
  { order, ...variables }: Page,
  way: Way = 'forwards',
): Promise<readonly Row[]> {
  // One document for all orders: a new one would have to be planned.
  const [declared, given] = order === null ? ['', ''] : [`, $order: ${orderTypeOf(field)}!`, ', orderBy: [$order]'];
  const asked = way === 'forwards' ? 'first: $count, after: $cursor' : 'last: $count, before: $cursor';
  const query = `query ($count: Int!, $cursor: Cursor${declared}) {
    rows: ${field.name}(${asked}${given}) { edges { cursor node { ${leavesOf(field)} } } } }`;
  const { data, errors } = await api.ask(query, { token, variables: { ...variables, order } });
  if (errors.length > 0) throw new Error(`${field.name} ${order} ${JSON.stringify(errors)}`);
  return data.rows.edges;
}

const told = (rows: readonly Row[]) => rows.map(({ node }) => JSON.stringify(node));

/**
 * Reads all pages of two rows while something happens after each, and compares with what was there before.
 *
 * @returns how many rows were there, and those that did not come exactly once
 */
async function walk(field: Field, token: string, order: string | null, way: Way, meanwhile: () => Promise<void>) {
  const before = told(await page(field, token, { count: 100, order }));
  const seen: string[] = [];
  for (let cursor: string | null | undefined = null; cursor !== undefined && seen.length < 200; ) {
    const rows: readonly Row[] = await page(field, token, { count: 2, cursor, order }, way);
    await meanwhile();
    // A page is in the order of the connection, whichever way it was asked for.
    if (way === 'forwards') seen.push(...told(rows));
    else seen.unshift(...told(rows));
    cursor = rows.at(way === 'forwards' ? -1 : 0)?.cursor;
  }
  const times = (rows: readonly string[], row: string) => rows.filter((one) => one === row).length;
  const wrong = before.filter((row) => times(seen, row) !== times(before, row));
  // What was there comes in the order in which it was there.
  const inOrder = seen.filter((row) => before.includes(row)).join() === before.join();
  return { there: before.length, wrong: wrong.length === 0 && !inOrder ? ['another order'] : wrong };
}

/** Whoever sees some rows of it. */
async function readerOf(field: Field): Promise<string | null> {
  for (const token of tokens) {
    const rows = await page(field, token, { count: 100, order: 'PRIMARY_KEY_ASC' }).catch(() => []);
    if (rows.length > 2) return token;
  }
  return null;
}

/** Views whose rows follow from other rows in ways that rows of chance hardly have, and tables of one row. */
const withoutRows: readonly string[] = [
  'callMetrics',
  'deliveryLogs',
  'members',
  'myCircleInvitations',
  'pendingMembers',
  'settings',
  'travelers',
  'tripSettings',
];

test('every order of every connection ends in the key: each row comes once, forwards and backwards, whatever comes in', {
  timeout: 1_200_000,
}, async () => {
  const empty: string[] = [];
  const wrong: string[] = [];
  for (const field of ordered) {
    const token = await readerOf(field);
    if (token === null) {
      empty.push(field.name);
      continue;
    }
    const table = tableOf(field);
    // Also where the order stands in the document, which is another way through PostGraphile.
    const written = `{ ${field.name}(orderBy: [${ordersOf(field).at(-1)}]) { nodes { __typename } } }`;
    for (const { message } of (await api.ask(written, { token })).errors) wrong.push(`${written}: ${message}`);
    for (const order of ordersOf(field)) {
      for (const way of ['forwards', 'backwards'] as const) {
        let more = 1;
        const found = await walk(field, token, order, way, async () => {
          if (table && more-- > 0) await anyRows.insert(table, 1);
        }).catch((error: Error) => ({ there: 0, wrong: [error.message] }));
        if (found.wrong.length > 0)
          wrong.push(`${field.name} by ${order} ${way}: ${found.wrong.length} of ${found.there} (${found.wrong[0]})`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(empty.filter((name) => !withoutRows.includes(name))).toEqual([]);
});

/** Functions whose rows keep coming: the table in which the newest appears, and what makes its rows such that they are found. */
const growing: Readonly<
  Record<string, { readonly table: string; readonly fit?: string; readonly by: 'operator' | 'user' }>
> = {
  activityFeed: { table: 'notify.activities', by: 'operator' },
  recentDeliveries: { table: 'notify.deliveries', by: 'operator' },
  failedEvents: {
    table: 'notify.events',
    fit: `update notify.events set planned_at = null, canceled_at = null, plan_error = 'none'`,
    by: 'operator',
  },
  analyticsDeliveries: {
    table: 'notify.deliveries',
    fit: `update notify.deliveries set notification_id = (select id from notify.notifications order by id limit 1)
      where notification_id not in (select id from notify.notifications)`,
    by: 'operator',
  },
  inboxThreads: {
    table: 'notify.notifications',
    fit: `update notify.notifications set recipient_id = $1, archived_at = null, deleted_at = null, snoozed_until = null, thread_id = id::text`,
    by: 'user',
  },
};

test.each(
  Object.entries(growing).flatMap(([name, growth]) =>
    (['forwards', 'backwards'] as const).map((way) => [name, way, growth] as const),
  ),
)('%s goes on after the last row seen, %s, also where a newer one has come', async (name, way, { table, fit, by }) => {
  const field = connections.find((one) => one.name === name) as Field;
  const makeFit = async () => {
    if (fit) await database.owner.query(fit, fit.includes('$1') ? [person] : []);
  };
  await anyRows.insert(table, 6);
  await makeFit();
  let more = 3;
  const found = await walk(field, tokens[by === 'operator' ? 0 : 1] ?? '', null, way, async () => {
    // Backwards one goes towards the new ones, and would never get there.
    if (more-- <= 0) return;
    await anyRows.insert(table, 1);
    await makeFit();
  });
  expect(found.there).toBeGreaterThan(4);
  expect(found.wrong).toEqual([]);
});

test.each([
  ['first: 1, last: 1', null],
  ['first: 1, before: $cursor', null],
  ['last: 1, after: $cursor', null],
  ['first: 101', 'first'],
  ['last: 101', 'last'],
  ['before: $cursor, last: -1', 'last'],
])('%s is refused, and says what goes together', async (asked, field) => {
  const { data } = await api.ask('{ users { edges { cursor } } }', { token: tokens[0] ?? '' });
  const [{ cursor }] = data.users.edges;
  const declared = asked.includes('$') ? 'query ($cursor: Cursor!) ' : '';
  const { errors } = await api.ask(`${declared}{ users(${asked}) { nodes { id } } }`, {
    token: tokens[0] ?? '',
    variables: declared ? { cursor } : {},
  });
  expect(errors).toMatchObject([
    {
      message: field ? `${field}: must be from 0 to 100` : 'first goes with after, last with before.',
      extensions: { code: 'INVALID_INPUT', ...(field && { field }) },
    },
  ]);
});

test('functions that count rows instead are those whose answer is one piece', () => {
  const counted = connections.filter(({ name, args }) => !ordered.some((one) => one.name === name) && args.length > 0);
  // Cursors that count rows lead forwards alone.
  const backwards = counted.filter(({ args }) => args.some(({ name }) => name === 'last'));
  expect(backwards.map(({ name }) => name).filter((name) => inOnePiece.includes(name))).toEqual([]);
  const keyed = [...Object.keys(growing), 'callHistory', 'inbox', ...fewRows];
  expect(counted.map(({ name }) => name).filter((name) => !keyed.includes(name))).toEqual(inOnePiece);
});

/** They end in a key, but what is asked for is one thing, and few rows say something of it. */
const fewRows: readonly string[] = ['deliveriesByAddress', 'deliveriesByProviderId', 'find', 'mySessions'];

/** All that there is of a person: nothing comes in between two pages. */
const inOnePiece: readonly string[] = ['exportMyData', 'exportPerson'];
