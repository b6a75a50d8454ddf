import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createUser, jwtSecret, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

let database: TestDatabase;
let api: TestApi;
let jwks: Server;
let ada: string;

beforeAll(async () => {
  const keys = [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' },
  ];
  jwks = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
  database = await createDatabase();
  api = await startTestApi(database, {
    JWT_JWKS_URL: `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks`,
  });
  ada = await createUser(database);
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
  jwks?.close();
});

const whoAmI = '{ me { id } }';
const claims = () => ({ sub: ada, iss: 'rowbell', aud: 'rowbell', exp: Math.floor(Date.now() / 1_000) + 600 }) as const;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const hmac = (header: object, key: string | Buffer) => {
  const text = `${encode(header)}.${encode(claims())}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};

describe('a valid token', () => {
  test.each([
    ['HS256 with the secret', () => signToken(ada)],
    [
      'RS256 with a key of the set',
      () => new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign(rsa.privateKey),
    ],
    [
      'ES256 with a key of the set',
      () => new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', kid: 'ec' }).sign(ec.privateKey),
    ],
  ])('%s says who asks', async (_what, make) => {
    const { status, data } = await api.ask(whoAmI, { token: await make() });
    expect(status).toBe(200);
    expect(data.me).toEqual({ id: ada });
  });

  test('sees nobody else, though they are there', async () => {
    const bob = await createUser(database);
    const { data } = await api.ask(whoAmI, { token: await signToken(ada) });
    expect(data.me).toEqual({ id: ada });
    expect((await database.owner.query('select from notify.users where id = $1', [bob])).rowCount).toBe(1);
  });

  test('with the role operator sees everybody', async () => {
    await createUser(database);
    const everybody = '{ users { nodes { id } } }';
    const { data } = await api.ask(everybody, { token: await signToken(ada, { role: 'operator' }) });
    expect(data.users.nodes.length).toBeGreaterThan(1);
  });
});

describe('a token is refused with 401 UNAUTHENTICATED', () => {
  test.each<[string, () => string | Promise<string>]>([
    ['garbage', () => 'garbage'],
    ['three parts of garbage', () => 'a.b.c'],
    ['alg none', () => `${encode({ alg: 'none' })}.${encode(claims())}.`],
    ['alg None with a signature', () => `${encode({ alg: 'None' })}.${encode(claims())}.c2ln`],
    ['another secret', () => signToken(ada, { secret: 'not the secret, but at least 32 bytes long' })],
    [
      'an RSA key that is not of the set',
      () => new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign(otherRsa.privateKey),
    ],
    [
      'HS256 with the RSA public key as its secret',
      async () => hmac({ alg: 'HS256', kid: 'rsa' }, await exportSPKI(rsa.publicKey)),
    ],
    ['RS256 signed with the secret', () => hmac({ alg: 'RS256', kid: 'rsa' }, jwtSecret)],
    [
      'HS512, which is not offered',
      () =>
        new SignJWT(claims()).setProtectedHeader({ alg: 'HS512' }).sign(new TextEncoder().encode(jwtSecret.repeat(2))),
    ],
    ['an unknown critical header', () => hmac({ alg: 'HS256', crit: ['x'], x: 1 }, jwtSecret)],
    ['expired', () => signToken(ada, { expiresIn: -60 })],
    ['without an expiry', () => signToken(ada, { expiresIn: null })],
    ['of another issuer', () => signToken(ada, { issuer: 'somebody' })],
    ['for another audience', () => signToken(ada, { audience: 'somebody' })],
    ['without a subject', () => signToken(null)],
    ['whose subject is not a uuid', () => signToken("1'; select 1; --")],
    ['of a role that is not offered', () => signToken(ada, { role: 'rowbell_writer' })],
    ['with a session name of a megabyte', () => signToken(ada, { sid: 'x'.repeat(5_000) })],
  ])('%s', async (_what, make) => {
    const { status, codes, data } = await api.ask(whoAmI, { token: await make() });
    expect([status, ...codes]).toEqual([401, 'UNAUTHENTICATED']);
    expect(data).toBeUndefined();
  });

  test('one changed letter of a good one', async () => {
    const token = await signToken(ada);
    const [header, payload, signature = ''] = token.split('.');
    const changed = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect((await api.ask(whoAmI, { token: changed })).codes).toEqual(['UNAUTHENTICATED']);
  });

  test('another scheme than Bearer', async () => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Basic YTpi' },
      body: '{}',
    });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });

  test('a token stops working when it expires, also one seen before', async () => {
    const token = await signToken(ada, { expiresIn: 30 });
    expect((await api.ask(whoAmI, { token })).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 40_000 });
    try {
      expect((await api.ask(whoAmI, { token })).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });
});

test("a key set that does not answer is not the caller's fault", async () => {
  const lonely = await startTestApi(database, { JWT_JWKS_URL: 'http://127.0.0.1:9/jwks' });
  const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign(rsa.privateKey);
  const { status, codes } = await lonely.ask(whoAmI, { token });
  const withSecret = await lonely.ask(whoAmI, { token: await signToken(ada) });
  await lonely.stop();
  expect([status, ...codes]).toEqual([503, 'UNAVAILABLE']);
  expect(withSecret.status).toBe(200);
});

const id = '"00000000-0000-7000-8000-000000000000"';
const operations = [
  '{ inbox { nodes { id } } }',
  '{ devices { id } }',
  '{ decisions { nodes { rule } } }',
  '{ me { id } }',
  '{ notificationTypes { key } }',
  `{ delivery(id: ${id}) { id } }`,
  `{ notification(id: ${id}) { id } }`,
  '{ unreadCount }',
  '{ myPreferences { typeKey } }',
  `mutation { registerDevice(input: { provider: apns, token: "${'ab'.repeat(32)}" }) { result { id } } }`,
  'mutation { unregisterDevice(input: { provider: apns, token: "x" }) { result } }',
  `mutation { deleteDevice(input: { deviceId: ${id} }) { result } }`,
  'mutation { endSession(input: {}) { result } }',
  'mutation { setPreference(input: { typeKey: "test_push", channel: push, enabled: false }) { result { enabled } } }',
  'mutation { resetPreference(input: { typeKey: "test_push", channel: push }) { result } }',
  `mutation { markRead(input: { notificationIds: [${id}] }) { result } }`,
  `mutation { markSeen(input: { notificationIds: [${id}] }) { result } }`,
  `mutation { archive(input: { notificationIds: [${id}] }) { result } }`,
  'mutation { markAllRead(input: {}) { result } }',
  `mutation { reportReceipt(input: { deliveryId: ${id}, kind: opened }) { result } }`,
  'mutation { testPush(input: {}) { results { status } } }',
];
const operatorOperations = [
  '{ senders { pausedUntil } }',
  '{ providers { channel } }',
  '{ workers { nodes { id } } }',
  '{ suppressions { nodes { address } } }',
  '{ settings { dailyCap } }',
  '{ notificationTypes { notificationCopies { body } } }',
  `{ event(id: ${id}) { id } }`,
  `{ subjectTotals(subjectType: "trip", subjectId: ${id}) { total } }`,
  '{ recentDeliveries { nodes { id } } }',
  '{ failedEvents { nodes { id } } }',
  'mutation { setSender(input: { app: "trips", provider: apns }) { result { id } } }',
  'mutation { resumeSender(input: { senderId: 1 }) { result { provider } } }',
  `mutation { retryEvent(input: { eventId: ${id} }) { result } }`,
  'mutation { suppressAddress(input: { channel: email, address: "a@b.example" }) { result { id } } }',
  'mutation { unsuppressAddress(input: { channel: email, address: "a@b.example", note: "works again now" }) { result } }',
];

test.each([...operations, ...operatorOperations])('unauthenticated: %s', async (query) => {
  const { codes, text } = await api.ask(query);
  expect(codes).toEqual(['UNAUTHENTICATED']);
  expect(text).not.toMatch(/permission|notify/);
});

test.each(operatorOperations)('TR-G12 a user may not: %s', async (query) => {
  const { codes, text } = await api.ask(query, { token: await signToken(ada) });
  expect(codes).toEqual(['INVALID_INPUT']);
  expect(text).not.toMatch(/permission|notify/);
  const operator = await api.ask(query, { token: await signToken(ada, { role: 'operator' }) });
  expect(operator.errors).toEqual([]);
});
