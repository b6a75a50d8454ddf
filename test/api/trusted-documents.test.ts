import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, type GraphqlAnswer, readAnswer, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const listed = 'query Badge { unreadCount }';
const id = 'badge-1';

let database: TestDatabase;
let folder: string;
let path: string;
let api: TestApi;
let user: string;
let operator: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusted-'));
  path = join(folder, 'documents.json');
  await writeFile(path, JSON.stringify({ [id]: listed }));
  database = await createDatabase();
  api = await startTestApi(database, { TRUSTED_DOCUMENTS: path });
  user = await signToken(await createUser(database));
  operator = await signToken(await createUser(database), { role: 'operator' });
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
  await rm(folder, { recursive: true });
});

const post = (body: Record<string, unknown>, token = user): Promise<GraphqlAnswer> =>
  fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  }).then(readAnswer);

test('SE-3: a listed document is answered, by its id, as Apollo names it, and by its text', async () => {
  for (const body of [
    { documentId: id },
    { documentId: id, operationName: 'Badge' },
    { extensions: { persistedQuery: { version: 1, sha256Hash: id } } },
    { query: listed },
  ]) {
    expect(await post(body)).toMatchObject({ status: 200, data: { unreadCount: 0 } });
  }
});

test('SE-3: nothing else is, but for operators', async () => {
  for (const query of [`${listed} `, '{ unreadCount }', '{', `${listed} query Other { unreadCount }`]) {
    expect(await post({ query })).toMatchObject({ status: 403, codes: ['FORBIDDEN'] });
    // Naming a listed one beside it does not help.
    expect(await post({ query, documentId: id })).toMatchObject({ status: 403, codes: ['FORBIDDEN'] });
  }
  expect(await post({ query: '{ inboxCount }' }, operator)).toMatchObject({ status: 200 });
  for (const token of [user, operator]) {
    expect(await post({ documentId: 'badge-2' }, token)).toMatchObject({ status: 404, codes: ['NOT_FOUND'] });
    expect(await post({ documentId: '__proto__' }, token)).toMatchObject({ status: 404, codes: ['NOT_FOUND'] });
    expect(await post({}, token)).toMatchObject({ status: 400, codes: ['INVALID_INPUT'] });
  }
});

test('SE-3: a file that is none keeps the API from starting', async () => {
  for (const [name, text] of [
    ['missing.json', null],
    ['broken.json', '{'],
    ['list.json', '["query { unreadCount }"]'],
    ['numbers.json', '{"a": 1}'],
  ] as const) {
    const file = join(folder, name);
    if (text !== null) await writeFile(file, text);
    await expect(startTestApi(database, { TRUSTED_DOCUMENTS: file })).rejects.toThrow('TRUSTED_DOCUMENTS must');
  }
});
