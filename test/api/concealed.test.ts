import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let api: TestApi;
let operator: string;
let user: string;
beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  operator = await signToken(await createUser(database), { role: 'operator' });
  user = await signToken(await createUser(database));
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const asks = (field: string) => [
  `mutation { ${field}(input: { sweepKey: "trips_daily" }) { result { id } } }`,
  `mutation { ${field} { result { id } } }`,
  `mutation { ${field}(nonsense: 1) { nonsense } }`,
  `mutation { __typename a: ${field}(input: { sweepKey: 1 }) { clientMutationId } }`,
];
const reads = (field: string) => [
  `{ ${field} { nodes { id } } }`,
  `{ a: ${field}(first: 1) { totalCount } }`,
  `query ($n: Int) { ...f } fragment f on Query { ${field}(first: $n) { nodes { nonsense } } }`,
];

/** What is left when the one thing that may differ, the name, is made the same. */
const withoutName = (text: string, name: string) => text.replaceAll(name, 'X').replace(/"column":\d+/g, '');

test('TR-N5 to everybody but operators a sweep by hand is a thing that does not exist', async () => {
  for (const token of [user, undefined]) {
    const options = token === undefined ? {} : { token };
    for (const [existing, missing, forms] of [
      ['runSweep', 'fooSwoop', asks],
      ['sweepRuns', 'fooBarBaz', reads],
      ['sweeps', 'fooBar', reads],
    ] as const) {
      for (const [index, query] of forms(existing).entries()) {
        const real = await api.ask(query, options);
        const nothing = await api.ask(forms(missing)[index] ?? '', options);
        expect(real.status).toBe(nothing.status);
        // The rules about what is within a field that does not exist are silent; those about the rest speak in both cases.
        expect(withoutName(real.text, existing)).toBe(withoutName(nothing.text, missing));
      }
    }
  }
});

test('TR-N5 nor is it guessed at in an answer', async () => {
  const { text } = await api.ask('mutation { runSweeps { id } }', { token: user });
  expect(text).toContain('Cannot query field');
  expect(text).not.toContain('Did you mean');
});

test('TR-N5 operators have it, also after somebody else asked for the same', async () => {
  const query = 'mutation { runSweep(input: { sweepKey: "trips_daily" }) { result { sweepKey requestedBy } } }';
  expect((await api.ask(query, { token: user })).codes).toEqual(['INVALID_INPUT']);
  expect((await api.ask(query, { token: operator })).data.runSweep.result).toMatchObject({ sweepKey: 'trips_daily' });
  expect((await api.ask(query, { token: user })).codes).toEqual(['INVALID_INPUT']);
  const runs = await api.ask('{ sweepRuns { nodes { sweepKey seen } } sweeps { nodes { key } } }', { token: operator });
  expect(runs.data.sweepRuns.nodes).toEqual([{ sweepKey: 'trips_daily', seen: null }]);
});
