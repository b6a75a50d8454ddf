import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseEncoding } from '../../src/http/encoding.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let api: TestApi;
let token: string;
beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  token = await signToken(await createUser(database));
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

type Answer = { status?: number | undefined; headers: Record<string, unknown>; body: Buffer };

/** As it came over the wire: fetch would decompress it. */
const ask = (query: string, acceptEncoding?: string, method = 'POST') =>
  new Promise<Answer>((resolve, reject) => {
    const path = method === 'POST' ? '/graphql' : `/graphql?${new URLSearchParams({ query })}`;
    const sent = request(api.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }),
      },
    });
    sent.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.end(method === 'POST' ? JSON.stringify({ query }) : undefined);
  });

const long = `{ ${Array.from({ length: 10 }, (_, i) => `alias${'x'.repeat(200)}${i}: unreadCount`).join(' ')} }`;
const decoders = { br: brotliDecompressSync, gzip: gunzipSync };

describe('a long answer', () => {
  test.each(['br', 'gzip'] as const)(
    'is sent as %s to whoever takes it, the same once it is unpacked',
    async (encoding) => {
      const plain = await ask(long);
      const packed = await ask(long, encoding);
      expect([plain.headers['content-encoding'], packed.headers['content-encoding']]).toEqual([undefined, encoding]);
      expect(decoders[encoding](packed.body).equals(plain.body)).toBe(true);
      expect(packed.body.length).toBeLessThan(plain.body.length / 5);
      for (const { headers, body } of [plain, packed]) {
        expect(headers['content-length']).toBe(String(body.length));
        expect(headers.vary).toContain('Accept-Encoding');
      }
    },
  );

  test('has no body for HEAD, and says how long it would be', async () => {
    const [head, got] = [await ask(long, 'gzip', 'HEAD'), await ask(long, 'gzip', 'GET')];
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([
      200,
      0,
      got.headers['content-length'],
    ]);
  });

  test('is refused packed as well', async () => {
    const wrong = await ask(`{ ${Array.from({ length: 5 }, (_, i) => `${'x'.repeat(300)}${i}`).join(' ')} }`, 'br');
    expect([wrong.status, wrong.headers['content-encoding']]).toEqual([400, 'br']);
    expect(JSON.parse(brotliDecompressSync(wrong.body).toString())).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT' } }, {}, {}, {}, {}],
    });
  });
});

test('a short answer is left as it is', async () => {
  const { headers, body } = await ask('{ unreadCount }', 'br, gzip');
  expect([headers['content-encoding'], body.toString()]).toEqual([undefined, '{"data":{"unreadCount":0}}']);
});

test.each([
  [undefined, null],
  ['', null],
  ['identity', null],
  ['deflate, zstd', null],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip', 'gzip'],
  ['GZIP;q=0.5', 'gzip'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0, gzip;q=0.000', null],
  ['*', 'br'],
  ['*, br;q=0', 'gzip'],
  ['*;q=0', null],
  ['gzip;q=x', null],
])('Accept-Encoding %j is answered with %j', (accepted, encoding) => {
  expect(chooseEncoding(accepted)).toBe(encoding);
});
