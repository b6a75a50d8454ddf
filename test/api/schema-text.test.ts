import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSchema } from 'postgraphile/graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roles } from '../../src/graphql/identity.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let api: TestApi;
let ada: string;
beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  ada = await createUser(database);
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const get = (token: string | null) =>
  fetch(`${api.url}/schema.graphql`, { headers: token === null ? {} : { authorization: `Bearer ${token}` } });

test.each(roles)(
  'a schema for each reader: holders of a token of %s are given the one that is committed',
  async (role) => {
    const answer = await get(await signToken(ada, { role }));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    const text = await answer.text();
    expect(text).toBe(await readFile(join(import.meta.dirname, `../../src/generated/${role}.graphql`), 'utf8'));
    // What one has of one's own the other has not.
    const fields = buildSchema(text).getMutationType()?.getFields() ?? {};
    expect([Object.hasOwn(fields, 'setPreference'), Object.hasOwn(fields, 'setLimit')]).toEqual(
      role === 'user' ? [true, false] : [false, true],
    );
  },
);

test('a schema for each reader: nobody else is given one', async () => {
  for (const token of [
    null,
    'junk',
    await signToken(ada, { role: 'admin' }),
    await signToken(ada, { expiresIn: -60 }),
  ]) {
    const answer = await get(token);
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'UNAUTHENTICATED' }]);
  }
});

test('SE-13: nor is whose session has ended', async () => {
  const token = await signToken(ada, { sid: 'ended' });
  expect((await get(token)).status).toBe(200);
  await api.ask('mutation { endSession(input: {}) { result } }', { token });
  expect((await get(token)).status).toBe(401);
});
