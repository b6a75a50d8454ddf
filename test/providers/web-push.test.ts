// Over 300 lines: the protocol of one provider, answer by answer.
import { createECDH } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Message, Provider, Result } from '../../src/providers/types.ts';
import { errors } from '../../src/providers/web-push/errors.ts';
import { createWebPush, type WebPushOptions } from '../../src/providers/web-push/index.ts';
import { topicOf } from '../../src/providers/web-push/payload.ts';
import { createVapid } from '../../src/providers/web-push/vapid.ts';
import { type Subscription, subscriptionOf } from '../../src/sandbox/browser.ts';
import { openCredentials } from '../../src/sandbox/credentials.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { messageTo, unaborted } from '../support/message.ts';

let sandbox: Sandbox;
let options: WebPushOptions;
let webPush: Provider;
let browser: Subscription;

beforeAll(async () => {
  sandbox = await startSandbox();
  const { VAPID_PUBLIC_KEY = '', VAPID_PRIVATE_KEY = '', VAPID_SUBJECT = '', WEB_PUSH_CA = '' } = sandbox.settings;
  options = {
    publicKey: VAPID_PUBLIC_KEY,
    privateKey: VAPID_PRIVATE_KEY,
    subject: VAPID_SUBJECT,
    ca: WEB_PUSH_CA,
    sandboxOrigins: [`https://127.0.0.1:${sandbox.ports.web_push}`],
    timeoutMs: 60_000,
  };
  webPush = createWebPush(options);
  browser = subscriptionOf(`https://127.0.0.1:${sandbox.ports.web_push}`, 'ada');
});
afterAll(async () => {
  await webPush.close();
  await sandbox.close();
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});

const to = (subscription: Subscription, changes: Partial<Message> = {}) =>
  messageTo(subscription.endpoint, { webPushKeys: subscription.keys, ...changes });

async function sendOne(message: Message, provider = webPush): Promise<Result> {
  const [result, ...more] = await provider.send([message], unaborted);
  expect(more).toEqual([]);
  if (!result) throw new Error('no result');
  return result;
}

const received = () => sandbox.journal.list({ provider: 'web_push' });

describe('what the browser gets', () => {
  test('TR-G1, TR-G9: title, body, deep link and our ids, decrypted as JSON', async () => {
    const message = to(browser, {
      subtitle: 'Rowbell',
      data: { tripId: '42', overlay: 'members' },
      threadId: '42',
      tag: 'rowbell',
    });
    const result = await sendOne(message);
    expect(result).toEqual({ outcome: 'accepted', providerMessageId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const { title, subtitle, body, data, tag, threadId, deliveryId, typeKey } = message;
    expect(received()).toMatchObject([
      {
        address: browser.endpoint,
        deliveryId,
        status: 201,
        reason: null,
        title,
        body,
        data: { tripId: '42', overlay: 'members' },
        raw: { title, subtitle, body, data, tag, threadId, deliveryId, typeKey },
      },
    ]);
  });

  test('W20: without a tag there is none, which showNotification() would take for a word', async () => {
    await sendOne(to(browser));
    expect(received()[0]?.raw).not.toHaveProperty('tag');
  });

  test('the same delivery id at every attempt', async () => {
    const message = to(browser);
    sandbox.faults.add({ provider: 'web_push', kind: 'latency', latencyMs: 1, times: 1 });
    await sendOne(message);
    await sendOne({ ...message, attempt: 2 });
    expect(received().map((entry) => entry.deliveryId)).toEqual([message.deliveryId, message.deliveryId]);
  });

  test('urgency and TTL as headers; a TTL is never negative nor above four weeks', async () => {
    const expiries = [90_000, -5_000, 90 * 86_400_000].map((ms) => new Date(Date.now() + ms));
    for (const expiresAt of expiries) await sendOne(to(browser, { urgency: 'high', expiresAt }));
    const [long, past, soon] = received();
    expect(soon?.headers.urgency).toBe('high');
    expect(Number(soon?.headers.ttl)).toBeGreaterThan(30);
    expect(Number(soon?.headers.ttl)).toBeLessThanOrEqual(90);
    expect(past?.headers.ttl).toBe('0');
    expect(long?.headers.ttl).toBe('2419200');
  });

  test('a collapse key that is no Topic is hashed to one: no header injection', async () => {
    await sendOne(to(browser, { collapseKey: 'trip-42' }));
    await sendOne(to(browser, { collapseKey: 'a\r\nX-Evil: 1' }));
    await sendOne(to(browser, { collapseKey: 'é'.repeat(40) }));
    const [long, evil, plain] = received();
    expect(plain?.headers.topic).toBe('trip-42');
    expect(evil?.headers.topic).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(evil?.headers['x-evil']).toBeUndefined();
    expect(long?.headers.topic).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(topicOf('a b')).toBe(topicOf('a b'));
    expect(topicOf('a b')).not.toBe(topicOf('a  b'));
  });

  test('3993 bytes are sent whole, one more is refused and never truncated', async () => {
    const frame = Buffer.byteLength(JSON.stringify({ ...(await bareRaw()), body: '' }));
    expect(await sendOne(to(browser, { body: 'x'.repeat(3993 - frame) }))).toMatchObject({ outcome: 'accepted' });
    expect(received()[0]?.body).toHaveLength(3993 - frame);
    sandbox.journal.clear();
    expect(await sendOne(to(browser, { body: 'x'.repeat(3993 - frame + 1) }))).toEqual({
      outcome: 'rejected',
      permanence: 'message',
      reason: 'too_large',
      code: 'too_large',
    });
    expect(received()).toEqual([]);
  });

  async function bareRaw(): Promise<object> {
    await sendOne(to(browser));
    return received()[0]?.raw as object;
  }
});

describe('what an answer means', () => {
  const cases = [
    { kind: 'reject', status: 400, permanence: 'message', reason: 'invalid_message' },
    { kind: 'reject', status: 401, permanence: 'origin', reason: 'credentials_rejected' },
    { kind: 'reject', status: 403, permanence: 'origin', reason: 'credentials_rejected' },
    { kind: 'reject', status: 404, permanence: 'address', reason: 'unregistered' },
    { kind: 'reject', status: 408, permanence: 'transient', reason: 'server_error' },
    { kind: 'gone', status: 410, permanence: 'address', reason: 'unregistered' },
    { kind: 'reject', status: 413, permanence: 'message', reason: 'too_large' },
    { kind: 'reject', status: 418, permanence: 'message', reason: 'refused' },
    { kind: 'throttle', status: 429, permanence: 'throttled', reason: 'rate_limited' },
    { kind: 'server_error', status: 500, permanence: 'transient', reason: 'server_error' },
    { kind: 'server_error', status: 503, permanence: 'transient', reason: 'server_error' },
    { kind: 'reject', status: 302, permanence: 'transient', reason: 'server_error' },
  ] as const;

  test.each(cases)('TR-G7: $status is $permanence/$reason', async ({ kind, status, ...meaning }) => {
    sandbox.faults.add({ provider: 'web_push', address: browser.endpoint, kind, status, times: 1 });
    expect(await sendOne(to(browser))).toEqual({ outcome: 'rejected', ...meaning, code: String(status) });
    expect(await sendOne(to(browser))).toMatchObject({ outcome: 'accepted' });
  });

  test.each([
    [403, 'BadJwtToken', 'origin', 'credentials_rejected'],
    [403, 'ExpiredJwtToken', 'origin', 'credentials_rejected'],
    [401, 'BadVapidSubject', 'origin', 'credentials_rejected'],
    [400, 'BadAuthorizationHeader', 'origin', 'credentials_rejected'],
    [400, 'VapidPkHashMismatch', 'address', 'wrong_app'],
    [401, 'VAPID public key mismatch', 'address', 'wrong_app'],
    [
      403,
      'the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions.',
      'address',
      'wrong_app',
    ],
    [400, 'BadWebPushTopic', 'message', 'invalid_message'],
    [410, 'VapidPkHashMismatch', 'address', 'unregistered'],
  ] as const)('W04: %i "%s" is %s/%s', async (status, word, permanence, reason) => {
    sandbox.faults.add({ provider: 'web_push', kind: 'reject', status, reason: word, times: 1 });
    const result = await sendOne(to(browser));
    expect(result).toMatchObject({ permanence, reason, code: String(status) });
    expect('suspect' in result).toBe(reason === 'wrong_app');
  });

  test('every status in the table is among the cases above', () => {
    const tested = cases.map(({ status }) => String(status));
    expect(errors.map(({ code }) => code).filter((code) => /^\d+$/.test(code) && !tested.includes(code))).toEqual([]);
  });

  test('TR-G7: an unknown subscription and one that was ended are addresses to give up', async () => {
    const unknown = { ...browser, endpoint: `${browser.endpoint}x` };
    expect(await sendOne(to(unknown))).toMatchObject({ permanence: 'address', code: '404' });
    const ended = subscriptionOf(new URL(browser.endpoint).origin, 'ended');
    sandbox.faults.add({ provider: 'web_push', address: ended.endpoint, kind: 'gone' });
    expect(await sendOne(to(ended))).toMatchObject({ permanence: 'address', code: '410' });
    expect(await sendOne(to(browser))).toMatchObject({ outcome: 'accepted' });
  });

  test('Retry-After in seconds', async () => {
    sandbox.faults.add({ provider: 'web_push', kind: 'throttle', retryAfterS: 120, times: 1 });
    const before = Date.now();
    const result = await sendOne(to(browser));
    if (result.outcome !== 'rejected' || !result.retryAt) throw new Error('no retryAt');
    expect(result.retryAt.getTime() - before).toBeGreaterThanOrEqual(120_000);
    expect(result.retryAt.getTime() - Date.now()).toBeLessThanOrEqual(120_000);
  });

  test('no answer in time and a cut connection are ambiguous', async () => {
    sandbox.faults.add({ provider: 'web_push', kind: 'reset', times: 1 });
    expect(await sendOne(to(browser))).toMatchObject({ permanence: 'ambiguous', reason: 'connection_lost' });
    const hasty = createWebPush({ ...options, timeoutMs: 1_500 });
    sandbox.faults.add({ provider: 'web_push', kind: 'latency', latencyMs: 5_000, times: 1 });
    expect(await sendOne(to(browser), hasty)).toMatchObject({ permanence: 'ambiguous', reason: 'timeout' });
    await expect.poll(received).toHaveLength(2);
    await hasty.close();
  });

  test('nobody there: nothing was sent, so it is transient', async () => {
    const nobody = { ...browser, endpoint: browser.endpoint.replace(/:\d+/, ':1') };
    expect(await sendOne(to(nobody))).toMatchObject({ permanence: 'transient', code: 'not_connected' });
  });

  test('a push service with a certificate nobody vouches for gets nothing', async () => {
    const trusting = createWebPush({ ...options, ca: null });
    expect(await sendOne(to(browser), trusting)).toMatchObject({ permanence: 'transient', code: 'not_connected' });
    expect(received()).toEqual([]);
    await trusting.close();
  });
});

describe('addresses and keys', () => {
  test.each([
    ['not a URL', 'no-url'],
    ['http', 'http://push.example/1'],
    ['a password', 'https://u:p@push.example/1'],
  ])('an endpoint with %s is given up', async (_what, endpoint) => {
    expect(await sendOne(to({ ...browser, endpoint }))).toMatchObject({ permanence: 'address', code: 'bad_endpoint' });
  });

  test.each([
    ['missing', null],
    ['too short', { p256dh: 'AAAA', auth: 'AAAA' }],
    ['not on the curve', { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: 'A'.repeat(22) }],
  ])('keys that are %s give the address up', async (_what, webPushKeys) => {
    expect(await sendOne(to(browser, { webPushKeys }))).toMatchObject({ permanence: 'address', code: 'bad_keys' });
    expect(received()).toEqual([]);
  });

  test.each(['127.0.0.1', 'localhost', '[::1]', '10.0.0.1', '169.254.169.254', '2130706433', '[::ffff:10.0.0.1]'])(
    'SE-9: an endpoint at %s is not connected to',
    async (host) => {
      const careful = createWebPush({ ...options, sandboxOrigins: [] });
      const endpoint = browser.endpoint.replace('127.0.0.1', host);
      expect(await sendOne(to({ ...browser, endpoint }), careful)).toEqual({
        outcome: 'rejected',
        permanence: 'transient',
        reason: 'unavailable',
        code: 'not_connected',
      });
      expect(received()).toEqual([]);
      await careful.close();
    },
  );
});

describe('VAPID', () => {
  test('another key pair than the one the browser subscribed with is suspect', async () => {
    const other = createECDH('prime256v1');
    const publicKey = other.generateKeys('base64url');
    const privateKey = Buffer.from(other.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url');
    const stranger = createWebPush({ ...options, publicKey, privateKey });
    expect(await sendOne(to(browser), stranger)).toMatchObject({ permanence: 'address', code: '403', suspect: true });
    expect(received()[0]?.reason).toBe('VapidKeyMismatch');
    await stranger.close();
  });

  test('TR-G5: keys that do not belong together are refused at once, by name', () => {
    const publicKey = createECDH('prime256v1').generateKeys('base64url');
    expect(() => createWebPush({ ...options, publicKey })).toThrow('The VAPID public key does not belong');
    expect(() => createWebPush({ ...options, privateKey: 'AAAA' })).toThrow('The VAPID private key is not');
  });

  test('one signature per origin for six hours', () => {
    const authorizationFor = createVapid(options);
    const now = Date.now();
    const first = authorizationFor('https://a.example', now);
    expect(authorizationFor('https://a.example', now + 5.9 * 3_600_000)).toBe(first);
    expect(authorizationFor('https://b.example', now)).not.toBe(first);
    expect(authorizationFor('https://a.example', now + 6 * 3_600_000)).not.toBe(first);
  });
});

describe('a chunk', () => {
  test('keeps its order over few connections, which are used again', async () => {
    const few = createWebPush({ ...options, concurrency: 4 });
    const gone = subscriptionOf(new URL(browser.endpoint).origin, 'gone');
    sandbox.faults.add({ provider: 'web_push', address: gone.endpoint, kind: 'gone' });
    const chunk = Array.from({ length: 40 }, (_, index) => to(index % 4 === 3 ? gone : browser));
    const results = await few.send(chunk, unaborted);
    expect(results.map(({ outcome }) => outcome)).toEqual(
      chunk.map((_, index) => (index % 4 === 3 ? 'rejected' : 'accepted')),
    );
    await few.send(chunk, unaborted);
    expect(new Set(received().map(({ connection }) => connection)).size).toBeLessThanOrEqual(4);
    await few.close();
    await few.close();
  });

  test('aborted: what is in flight is ambiguous, the rest was not begun', async () => {
    const two = createWebPush({ ...options, concurrency: 2 });
    sandbox.faults.add({ provider: 'web_push', kind: 'latency', latencyMs: 5_000 });
    const chunk = Array.from({ length: 4 }, () => to(browser));
    const results = await two.send(chunk, AbortSignal.timeout(1_500));
    expect(results.map((result) => result.outcome === 'rejected' && `${result.permanence}/${result.reason}`)).toEqual([
      'ambiguous/aborted',
      'ambiguous/aborted',
      'transient/not_begun',
      'transient/not_begun',
    ]);
    await expect.poll(received).toHaveLength(2);
    await two.close();
  });

  test('one bad message does not touch the others', async () => {
    const chunk = [to(browser, { webPushKeys: null }), to(browser), to({ ...browser, endpoint: '' })];
    const results = await webPush.send(chunk, unaborted);
    expect(results.map(({ outcome }) => outcome)).toEqual(['rejected', 'accepted', 'rejected']);
  });
});

test('Retry-After as an HTTP date', async () => {
  const { tls } = (await openCredentials({ publicHost: '127.0.0.1' })).credentials;
  const server = createServer({ key: tls.key, cert: tls.cert }, (request, response) => {
    request.resume().on('end', () => {
      response.writeHead(429, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const provider = createWebPush({ ...options, ca: tls.ca, sandboxOrigins: [`https://127.0.0.1:${port}`] });
  const result = await sendOne(to({ ...browser, endpoint: `https://127.0.0.1:${port}/1` }), provider);
  if (result.outcome !== 'rejected' || !result.retryAt) throw new Error('no retryAt');
  expect(result.retryAt.getTime() - Date.now()).toBeGreaterThan(50_000);
  await provider.close();
  server.close();
});
