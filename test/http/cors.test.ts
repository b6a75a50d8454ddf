import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const page = 'https://app.example.com';
const others = [
  'https://evil.example',
  'https://app.example.com.evil.example',
  'http://app.example.com',
  'null',
  `${page}:8443`,
];

let database: TestDatabase;
let api: TestApi;
let closed: TestApi;
let token: string;
beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database, { WEB_ORIGINS: `${page}, capacitor://localhost` });
  closed = await startTestApi(database);
  token = await signToken(await createUser(database));
});
afterAll(async () => {
  await Promise.all([api?.stop(), closed?.stop()]);
  await database?.drop();
});

const preflight = (at: TestApi, path: string, origin: string, method = 'POST') =>
  fetch(at.url + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  });
const ask = (at: TestApi, headers: Record<string, string>) =>
  fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"query":"{ unreadCount }"}',
  });
const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
const varyOf = ({ headers }: Response) => headers.get('vary')?.split(', ') ?? [];

describe('pages of other origins', () => {
  test.each([page, 'capacitor://localhost'])('%s is listed: it may ask, and a browser remembers so', async (origin) => {
    const response = await preflight(api, '/graphql', origin);
    expect([response.status, await response.text(), corsOf(response)]).toEqual([
      204,
      '',
      {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': '7200',
      },
    ]);
    expect(varyOf(response)).toContain('Origin');
    const answer = await ask(api, { origin, authorization: `Bearer ${token}` });
    expect([await answer.json(), corsOf(answer)]).toEqual([
      { data: { unreadCount: 0 } },
      { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' },
    ]);
    expect(varyOf(answer)).toContain('Origin');
  });

  test('a listed page can read why it was refused', async () => {
    const answer = await ask(api, { origin: page });
    expect([answer.status, corsOf(answer)]).toMatchObject([401, { 'access-control-allow-origin': page }]);
    const wrong = await fetch(`${api.url}/graphql`, { method: 'DELETE', headers: { origin: page } });
    expect([wrong.status, corsOf(wrong)]).toMatchObject([405, { 'access-control-allow-origin': page }]);
  });

  test.each(others)('%s is not listed: its browser shows it nothing', async (origin) => {
    const response = await preflight(api, '/graphql', origin);
    expect([response.status, corsOf(response)]).toEqual([403, {}]);
    expect(varyOf(response)).toContain('Origin');
    // Who sends no preflight is no browser, and needs a token like anybody; the answer says nothing of this origin.
    const answer = await ask(api, { origin, authorization: `Bearer ${token}` });
    expect([answer.status, corsOf(answer)]).toEqual([200, {}]);
    expect(varyOf(answer)).toContain('Origin');
  });

  test('without an origin an answer is kept apart from those to pages', async () => {
    const answer = await ask(api, { authorization: `Bearer ${token}` });
    expect([answer.status, corsOf(answer)]).toEqual([200, {}]);
    expect(varyOf(answer)).toContain('Origin');
  });

  test('what pages ask for is GraphQL and exports, nothing else', async () => {
    const exported = await preflight(api, '/export/activity.csv', page, 'GET');
    expect([exported.status, corsOf(exported)['access-control-allow-methods']]).toEqual([204, 'GET']);
    const file = await fetch(`${api.url}/export/activity.csv`, {
      headers: { origin: page, authorization: `Bearer ${token}` },
    });
    expect([file.status, corsOf(file)['access-control-allow-origin']]).toEqual([200, page]);
    await file.text();
    for (const path of ['/livez', '/readyz', '/email/unsubscribe/x']) {
      const response = await preflight(api, path, page, 'GET');
      expect([path, response.status, corsOf(response)]).toEqual([path, 405, {}]);
    }
    expect((await preflight(api, '/nothing', page)).status).toBe(404);
  });

  test('OPTIONS that is no preflight is no method of ours', async () => {
    const response = await fetch(`${api.url}/graphql`, { method: 'OPTIONS', headers: { origin: page } });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  test('where none is listed nobody is admitted, and answers do not speak of origins', async () => {
    const response = await preflight(closed, '/graphql', page);
    expect([response.status, corsOf(response)]).toEqual([405, {}]);
    const answer = await ask(closed, { origin: page, authorization: `Bearer ${token}` });
    expect([answer.status, corsOf(answer), varyOf(answer).includes('Origin')]).toEqual([200, {}, false]);
  });
});
