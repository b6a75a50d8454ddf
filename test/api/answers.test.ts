import { buildSchema, type OperationDefinitionNode, parse } from 'postgraphile/graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkCost, sizesOf } from '../../src/graphql/document-cost.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeNotifications } from '../support/inbox.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const named = (count: number, field: string) => Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ');

test('SE-3: a text under many names does not fill the memory with its answer', async () => {
  const ada = await createUser(db);
  const token = await signToken(ada);
  await makeNotifications(
    db,
    ada,
    Array.from({ length: 60 }, () => ({ body: 'x'.repeat(4_000) })),
  );
  const inbox = (names: number) => api.ask(`{ inbox(first: 60) { nodes { ${named(names, 'body')} } } }`, { token });
  const long = await inbox(50);
  expect([long.status, long.data, long.errors[0]?.message]).toEqual([
    400,
    undefined,
    'The answer has more than 10000000 letters: ask for fewer fields, or rows.',
  ]);
  const short = await inbox(30);
  expect([short.status, short.errors, short.text.length > 7_000_000]).toEqual([200, [], true]);
});

test('SE-3: nor do many names of a short one: values are counted by the pages asked for', async () => {
  const token = await signToken(await createUser(db));
  const inbox = (names: number) =>
    api.ask(`{ inbox(first: 45) { nodes { deliveries(first: 100) { ${named(names, 'id')} } } } }`, { token });
  expect((await inbox(23)).errors[0]?.message).toBe(
    'This may answer with 103500 values, at most 100000 are allowed: ask for fewer fields, or rows.',
  );
  expect((await inbox(22)).errors).toEqual([]);
});

test('SE-3: a page whose size is the default of a variable costs as many rows, whatever was asked before', async () => {
  const token = await signToken(await createUser(db));
  const query = `query ($size: Int = 100) { inbox(first: 45) { nodes { deliveries(first: $size) { ${named(23, 'id')} } } } }`;
  expect((await api.ask(query, { token, variables: { size: 1 } })).errors).toEqual([]);
  expect((await api.ask(query, { token })).errors[0]?.message).toContain('This may answer with 103500 values');
});

test('SE-3: what a request may cost is reckoned without a look at variables that no page asks for', () => {
  const schema = buildSchema('type Query { page: Page } type Page { rows(first: Int): [Page!] id: ID }');
  let looks = 0;
  const variables = new Proxy<Record<string, unknown>>(
    { size: 1 },
    {
      ownKeys(target) {
        looks += 1;
        return Reflect.ownKeys(target);
      },
    },
  );
  const ast = parse(`query ($size: Int) { page { ${named(99, 'rows(first: $size) { id }')} } }`);
  const operation = ast.definitions[0] as OperationDefinitionNode;
  checkCost(schema, { ast, operation, sizes: sizesOf(ast, operation), passed: new Set() }, variables);
  expect(looks).toBe(0);
});
