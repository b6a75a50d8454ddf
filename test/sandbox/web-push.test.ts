import { createPrivateKey, sign } from 'node:crypto';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import webPush from 'web-push';
import { nameOfSubscription, type Subscription, subscriptionOf } from '../../src/sandbox/browser.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

let sandbox: Sandbox;
let origin: string;
let browser: Subscription;
let agent: Agent;

beforeAll(async () => {
  sandbox = await startSandbox();
  origin = `https://127.0.0.1:${sandbox.ports.web_push}`;
  browser = subscriptionOf(origin, 'ada');
  agent = new Agent({ connect: { ca: sandbox.settings.WEB_PUSH_CA ?? '' } });
});
afterAll(async () => {
  await agent.close();
  await sandbox.close();
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});

const vapid = () => ({
  subject: sandbox.settings.VAPID_SUBJECT ?? '',
  publicKey: sandbox.settings.VAPID_PUBLIC_KEY ?? '',
  privateKey: sandbox.settings.VAPID_PRIVATE_KEY ?? '',
});

/** A good request, with `changes` to its headers (undefined takes one away). */
async function push(
  changes: Record<string, string | undefined> = {},
  {
    endpoint = browser.endpoint,
    payload = '{"title":"Hi"}' as string | Buffer | null,
    body = null as Buffer | null,
  } = {},
) {
  const details = webPush.generateRequestDetails({ endpoint, keys: browser.keys }, payload ?? undefined, {
    vapidDetails: vapid(),
    TTL: 60,
  });
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...details.headers, ...changes })) {
    if (value !== undefined && name !== 'Content-Length') headers[name] = String(value);
  }
  const sent = body ?? details.body;
  return request(endpoint, { dispatcher: agent, method: 'POST', headers, ...(sent && { body: sent }) });
}

const post = (path: string, body: string) => request(origin + path, { dispatcher: agent, method: 'POST', body });
const reasons = () => sandbox.journal.list({ provider: 'web_push' }).map(({ reason }) => reason);

test('a good message: 201 with the message resource as Location, decrypted in the journal', async () => {
  const answer = await push({ Topic: 'a', Urgency: 'high' });
  expect(answer.statusCode).toBe(201);
  expect(answer.headers.location).toMatch(new RegExp(`^${origin}/message/`));
  expect(sandbox.journal.list()).toMatchObject([{ address: browser.endpoint, status: 201, title: 'Hi', reason: null }]);
});

test.each([
  [{ TTL: undefined }, 400, 'BadTtl'],
  [{ TTL: '-1' }, 400, 'BadTtl'],
  [{ Urgency: 'now' }, 400, 'BadUrgency'],
  [{ Topic: 'a'.repeat(33) }, 400, 'BadTopic'],
  [{ Topic: 'a b' }, 400, 'BadTopic'],
  [{ 'Content-Encoding': 'aesgcm' }, 415, 'BadContentEncoding'],
  [{ Authorization: undefined }, 401, 'MissingVapid'],
  [{ Authorization: 'key=abc' }, 401, 'MissingVapid'],
  [{ Authorization: 'vapid t=abc' }, 401, 'MalformedVapid'],
])('%j is refused with %i %s', async (changes, status, reason) => {
  expect((await push(changes)).statusCode).toBe(status);
  expect(reasons()).toEqual([reason]);
  expect((await push()).statusCode).toBe(201);
});

describe('the token', () => {
  const token = (claims: object, changes: { readonly k?: string; readonly tamper?: boolean } = {}) => {
    const { publicKey, privateKey } = vapid();
    const point = Buffer.from(publicKey, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    const jwk = { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '', d: privateKey };
    const key = createPrivateKey({ format: 'jwk', key: jwk });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const good = { aud: origin, sub: 'mailto:a@b.example', exp: Math.floor(Date.now() / 1000) + 3600 };
    const signed = `${part({ typ: 'JWT', alg: 'ES256' })}.${part({ ...good, ...claims })}`;
    const text = Buffer.from(changes.tamper ? `${signed}x` : signed);
    const signature = sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return `vapid t=${signed}.${signature}, k=${changes.k ?? publicKey}`;
  };
  const inHours = (hours: number) => Math.floor(Date.now() / 1000) + hours * 3600;

  test('of our own making is accepted, so the refusals below have their reasons', async () => {
    expect((await push({ Authorization: token({}) })).statusCode).toBe(201);
  });

  test.each([
    ['another origin', { aud: 'https://push.example' }, {}, 401, 'BadVapidAudience'],
    ['no subject', { sub: undefined }, {}, 401, 'BadVapidSubject'],
    ['good for more than a day', { exp: inHours(25) }, {}, 401, 'BadVapidExpiry'],
    ['expired', { exp: inHours(-1) }, {}, 401, 'ExpiredVapid'],
    ['a signature over something else', {}, { tamper: true }, 401, 'BadVapidSignature'],
    ["another application's key", {}, { k: 'B'.repeat(87) }, 403, 'VapidKeyMismatch'],
  ])('%s', async (_what, claims, changes, status, reason) => {
    expect((await push({ Authorization: token(claims, changes) })).statusCode).toBe(status);
    expect(reasons()).toEqual([reason]);
  });
});

test('4096 bytes are taken, one more is not', async () => {
  expect((await push({}, { payload: Buffer.alloc(3993, 'x') })).statusCode).toBe(201);
  expect((await push({}, { body: Buffer.alloc(4097) })).statusCode).toBe(413);
});

test('a body for another browser is taken, as the service cannot know, but never shown', async () => {
  const other = subscriptionOf(origin, 'grace');
  expect((await push({}, { endpoint: other.endpoint })).statusCode).toBe(201);
  expect(sandbox.journal.list()).toMatchObject([{ title: null, reason: 'undecryptable' }]);
});

test('no payload at all is a message too', async () => {
  expect((await push({}, { payload: null })).statusCode).toBe(201);
  expect(reasons()).toEqual([null]);
});

describe('subscriptions', () => {
  test('follow from the name, over HTTP as well', async () => {
    const answer = await post('/subscriptions', '{"name":"ada"}');
    expect(answer.statusCode).toBe(201);
    expect(await answer.body.json()).toEqual(browser);
    expect(subscriptionOf(origin, 'grace')).not.toEqual(browser);
    expect(Buffer.from(browser.keys.p256dh, 'base64url')).toHaveLength(65);
    expect(Buffer.from(browser.keys.auth, 'base64url')).toHaveLength(16);
  });

  test('without a name are each their own', async () => {
    const [first, second] = await Promise.all(
      ['', '{}'].map(async (body) => (await post('/subscriptions', body)).body.json() as Promise<Subscription>),
    );
    expect(first?.endpoint).not.toBe(second?.endpoint);
  });

  test.each(['{"name":"a~b"}', '{"name":""}', '{"name":5}', '{"name":"é"}'])('%s is no name', async (body) => {
    expect((await post('/subscriptions', body)).statusCode).toBe(400);
  });

  test('TR-G7: unknown ones are 404, ended ones 410 until subscribed again', async () => {
    expect((await push({}, { endpoint: `${origin}/push/ada` })).statusCode).toBe(404);
    expect((await push({}, { endpoint: `${browser.endpoint}x` })).statusCode).toBe(404);
    const leaving = subscriptionOf(origin, 'leaving');
    expect((await request(leaving.endpoint, { dispatcher: agent, method: 'DELETE' })).statusCode).toBe(204);
    expect((await push({}, { endpoint: leaving.endpoint })).statusCode).toBe(410);
    await post('/subscriptions', '{"name":"leaving"}');
    expect((await push({}, { endpoint: leaving.endpoint })).statusCode).toBe(201);
  });

  test('an id is only believed with its tag', () => {
    expect(nameOfSubscription(browser.endpoint.split('/').at(-1) ?? '')).toBe('ada');
    expect(['ada', 'ada~', 'ada~~', 'grace~x', ''].map(nameOfSubscription)).toEqual([null, null, null, null, null]);
  });
});

test.each([
  ['GET', '/', 404],
  ['POST', '/elsewhere', 404],
  ['GET', '/push/ada', 405],
])('%s %s is %i', async (method, path, status) => {
  const answer = await request(origin + path, { dispatcher: agent, method: method as 'GET' | 'POST' });
  expect(answer.statusCode).toBe(status);
});
