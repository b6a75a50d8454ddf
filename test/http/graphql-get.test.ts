import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, readAnswer, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const listed = 'query Badge { unreadCount }';
let folder: string;
let database: TestDatabase;
let api: TestApi;
let trusting: TestApi;
let user: string;
let token: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'documents-'));
  const path = join(folder, 'documents.json');
  await writeFile(path, JSON.stringify({ badge: listed }));
  database = await createDatabase();
  api = await startTestApi(database);
  trusting = await startTestApi(database, { TRUSTED_DOCUMENTS: path });
  user = await createUser(database);
  token = await signToken(user);
});
afterAll(async () => {
  await Promise.all([api?.stop(), trusting?.stop()]);
  await database?.drop();
  await rm(folder, { recursive: true });
});

const get = (
  parameters: Record<string, string> | [string, string][],
  { at = api, headers = { authorization: `Bearer ${token}` } as Record<string, string> } = {},
) => fetch(`${at.url}/graphql?${new URLSearchParams(parameters)}`, { headers });

describe('GET /graphql', () => {
  test('answers a query in the address, with variables and the name of an operation', async () => {
    expect(await readAnswer(await get({ query: '{ unreadCount }' }))).toMatchObject({
      status: 200,
      data: { unreadCount: 0 },
    });
    const query = 'query A { unreadCount } query B($first: Int!) { devices(first: $first) { id } }';
    const answer = await readAnswer(await get({ query, operationName: 'B', variables: '{"first": 3}' }));
    expect([answer.status, answer.data]).toEqual([200, { devices: [] }]);
  });

  test('answers what urql sends by default', async () => {
    const headers = {
      accept:
        'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
      authorization: `Bearer ${token}`,
    };
    const query =
      'query Page($first: Int!) {\n  inbox(first: $first) {\n    nodes {\n      id\n      __typename\n    }\n    __typename\n  }\n}';
    const response = await get(
      { operationName: 'Page', query, extensions: '{}', variables: '{"first":2}' },
      { headers },
    );
    expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(await response.json()).toEqual({ data: { inbox: { nodes: [], __typename: 'InboxConnection' } } });
  });

  test('answers a listed document by its id, however it is named', async () => {
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: 'badge' } });
    for (const parameters of [{ documentId: 'badge' }, { extensions }, { query: listed }]) {
      const answer = await readAnswer(await get(parameters, { at: trusting }));
      expect(answer).toMatchObject({ status: 200, data: { unreadCount: 0 } });
    }
    const answer = await readAnswer(await get({ query: '{ unreadCount }' }, { at: trusting }));
    expect(answer).toMatchObject({ status: 403, codes: ['FORBIDDEN'] });
  });

  test('changes nothing: a mutation is refused, be it known already or one of several', async () => {
    const mutation = 'mutation { updatePersonalSettings(input: { dailyCap: 3 }) { clientMutationId } }';
    const refused = async (query: string, operationName?: string) => {
      const response = await get({ query, ...(operationName && { operationName }) });
      expect(response.headers.get('allow')).toBe('POST');
      expect(await readAnswer(response)).toMatchObject({ status: 405, codes: ['INVALID_INPUT'], data: undefined });
    };
    await refused(mutation);
    await refused(`query A { unreadCount } ${mutation.replace('mutation', 'mutation B')}`, 'B');
    const caps = async () =>
      (await database.owner.query('select daily_cap from notify.personal_settings where user_id = $1', [user])).rows;
    expect(await caps()).toEqual([]);
    // The same by POST changes, and is refused by GET afterwards as before.
    expect(await api.ask(mutation, { token })).toMatchObject({ status: 200, errors: [] });
    expect(await caps()).toEqual([{ daily_cap: 3 }]);
    await database.owner.query('update notify.personal_settings set daily_cap = 4 where user_id = $1', [user]);
    await refused(mutation);
    expect(await caps()).toEqual([{ daily_cap: 4 }]);
  });

  test('needs a token like any request, before anything is read', async () => {
    const answer = await readAnswer(await get({ query: '{' }, { headers: {} }));
    expect(answer).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });
  });

  test.each([
    ['nothing', {}, 400],
    ['variables that are no JSON', { query: listed, variables: '{' }, 400],
    ['variables that are no object', { query: listed, variables: '[1]' }, 400],
    ['extensions that are no object', { query: listed, extensions: '"x"' }, 400],
    [
      'two queries',
      [
        ['query', listed],
        ['query', '{ unreadCount }'],
      ],
      400,
    ],
    ['what is no document', { query: '{' }, 400],
    ['an address that is too long', { query: `{ unreadCount } # ${'x'.repeat(17_000)}` }, 431],
  ] as [string, Record<string, string> | [string, string][], number][])(
    'refuses %s',
    async (_what, parameters, status) => {
      const response = await get(parameters);
      expect(response.status).toBe(status);
      expect(await response.text()).toMatch(/INVALID_INPUT|TOO_LARGE/);
    },
  );

  test('a client is told so in the media type that it knows', async () => {
    const typeFor = async (accept: string) => {
      const response = await get({ query: listed }, { headers: { accept, authorization: `Bearer ${token}` } });
      expect(response.headers.get('vary')).toContain('Accept');
      await response.text();
      return response.headers.get('content-type');
    };
    expect(await typeFor('application/graphql-response+json')).toBe('application/graphql-response+json; charset=utf-8');
    for (const accept of ['*/*', 'application/json', 'application/json, application/graphql-response+json;q=0'])
      expect(await typeFor(accept)).toBe('application/json; charset=utf-8');
  });
});
