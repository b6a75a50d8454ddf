import { createPrivateKey, randomUUID } from 'node:crypto';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

const token = '0a'.repeat(32);
const payload = JSON.stringify({ aps: { alert: 'hello' } });

let sandbox: Sandbox;
let session: ClientHttp2Session;
let authorization: string;

const sign = async (changes: { kid?: string; iss?: string; iat?: number } = {}) => {
  const { APNS_KEY = '', APNS_KEY_ID = '', APNS_TEAM_ID = '' } = sandbox.settings;
  const { kid = APNS_KEY_ID, iss = APNS_TEAM_ID, iat = Math.floor(Date.now() / 1000) } = changes;
  const jwt = new SignJWT({ iss, iat }).setProtectedHeader({ alg: 'ES256', kid });
  return `bearer ${await jwt.sign(createPrivateKey(APNS_KEY))}`;
};

beforeAll(async () => {
  sandbox = await startSandbox();
  const { APNS_HOST, APNS_PORT, APNS_CA = '' } = sandbox.settings;
  session = connect(`https://${APNS_HOST}:${APNS_PORT}`, { ca: APNS_CA });
  authorization = await sign();
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});
afterAll(async () => {
  session.destroy();
  await sandbox.close();
});

/** A request that is right but for the changes; undefined leaves a header out. */
function post(changes: Record<string, string | undefined> = {}, body = payload) {
  const headers: OutgoingHttpHeaders = {
    ':method': 'POST',
    ':path': `/3/device/${token}`,
    authorization,
    'apns-topic': sandbox.settings.APNS_TOPIC,
    'apns-push-type': 'alert',
    ...changes,
  };
  for (const [name, value] of Object.entries(headers)) if (value === undefined) delete headers[name];
  return new Promise<{ status: unknown; apnsId: unknown; body: Record<string, unknown> }>((resolve, reject) => {
    const stream = session.request(headers);
    let text = '';
    let status: unknown;
    let apnsId: unknown;
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    stream.on('response', (response) => {
      status = response[':status'];
      apnsId = response['apns-id'];
    });
    stream.on('end', () => resolve({ status, apnsId, body: text ? JSON.parse(text) : {} }));
    stream.on('error', reject);
    stream.end(body);
  });
}

describe('APNs', () => {
  test('accepts what is right, and names it', async () => {
    const id = randomUUID();
    expect(await post({ 'apns-id': id })).toEqual({ status: 200, apnsId: id, body: {} });
    expect((await post()).apnsId).toMatch(/^[0-9a-f-]{36}$/);
    expect(sandbox.journal.list()).toMatchObject([{ body: 'hello' }, { deliveryId: id }]);
  });

  test.each<[string, number, Record<string, string | undefined>, string?]>([
    ['MethodNotAllowed', 405, { ':method': 'PUT' }],
    ['BadPath', 404, { ':path': '/3/devices/x' }],
    ['MissingProviderToken', 403, { authorization: undefined }],
    ['InvalidProviderToken', 403, { authorization: 'bearer a.b.c' }],
    ['MissingDeviceToken', 400, { ':path': '/3/device/' }],
    ['BadDeviceToken', 400, { ':path': '/3/device/xyz' }],
    ['BadDeviceToken', 400, { ':path': `/3/device/${'0a'.repeat(101)}` }],
    ['BadMessageId', 400, { 'apns-id': '1' }],
    ['BadExpirationDate', 400, { 'apns-expiration': 'soon' }],
    ['BadPriority', 400, { 'apns-priority': '7' }],
    ['BadPriority', 400, { 'apns-push-type': 'background', 'apns-priority': '10' }],
    ['InvalidPushType', 400, { 'apns-push-type': 'loud' }],
    ['BadCollapseId', 400, { 'apns-collapse-id': 'x'.repeat(65) }],
    ['MissingTopic', 400, { 'apns-topic': undefined }],
    ['BadTopic', 400, { 'apns-topic': 'a b' }],
    ['TopicDisallowed', 400, { 'apns-topic': 'com.example.other' }],
    ['PayloadEmpty', 400, {}, ''],
    ['PayloadEmpty', 400, {}, '{"aps":1}'],
    ['PayloadEmpty', 400, {}, 'not JSON'],
    ['PayloadTooLarge', 413, {}, JSON.stringify({ aps: {}, x: 'x'.repeat(4096) })],
  ])('%s (%i) %j', async (reason, status, changes, body) => {
    expect(await post(changes, body)).toMatchObject({ status, body: { reason } });
    expect(sandbox.journal.list()).toMatchObject([{ status, reason }]);
  });

  test('provider tokens: another key id or team, too old, from the future', async () => {
    const nowS = Math.floor(Date.now() / 1000);
    const reasonFor = async (changes: Parameters<typeof sign>[0]) =>
      (await post({ authorization: await sign(changes) })).body.reason;
    expect(await reasonFor({ kid: 'AAAAAAAAAA' })).toBe('InvalidProviderToken');
    expect(await reasonFor({ iss: 'AAAAAAAAAA' })).toBe('InvalidProviderToken');
    expect(await reasonFor({ iat: nowS - 3700 })).toBe('ExpiredProviderToken');
    expect(await reasonFor({ iat: nowS + 3600 })).toBe('ExpiredProviderToken');
    expect(await reasonFor({ iat: nowS - 3000 })).toBeUndefined();
    const tampered = authorization.replace(/.{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA'));
    expect((await post({ authorization: tampered })).body.reason).toBe('InvalidProviderToken');
  });

  test('4 096 bytes are accepted, and 5 120 for VoIP; a topic may have a suffix', async () => {
    const sized = (bytes: number) => `{"aps":{},"x":"${'x'.repeat(bytes - 17)}"}`;
    expect(Buffer.byteLength(sized(4096))).toBe(4096);
    expect(await post({}, sized(4096))).toMatchObject({ status: 200 });
    expect(await post({}, sized(4097))).toMatchObject({ status: 413 });
    const voip = { 'apns-push-type': 'voip', 'apns-topic': `${sandbox.settings.APNS_TOPIC}.voip` };
    expect(await post(voip, sized(5120))).toMatchObject({ status: 200 });
  });

  test('gone carries since when', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'gone', address: token });
    const { status, body } = await post();
    expect(status).toBe(410);
    expect(body).toEqual({ reason: 'Unregistered', timestamp: expect.any(Number) });
    expect(Math.abs(Date.now() - Number(body.timestamp))).toBeLessThan(5000);
  });

  test('W02: GOAWAY, with an error or without, leaves unread what came after the struck request where it is told to', async () => {
    const { APNS_HOST, APNS_PORT, APNS_CA = '' } = sandbox.settings;
    for (const errorCode of [0, 11]) {
      sandbox.journal.clear();
      const before = session;
      session = connect(`https://${APNS_HOST}:${APNS_PORT}`, { ca: APNS_CA });
      try {
        session.on('error', () => undefined);
        const ended = new Promise((resolve) => session.once('goaway', (code, last) => resolve({ code, last })));
        sandbox.faults.add({ provider: 'apns', kind: 'goaway', errorCode, unprocessed: true, latencyMs: 20, times: 1 });
        sandbox.faults.add({ provider: 'apns', kind: 'latency', latencyMs: 2_000 });
        const answers = await Promise.allSettled([post(), post(), post()]);
        expect(await ended).toEqual({ code: errorCode, last: 1 });
        expect(answers.map(({ status }) => status).slice(1)).toEqual(['rejected', 'rejected']);
        expect(answers[0]?.status).toBe(errorCode === 0 ? 'fulfilled' : 'rejected');
        expect(sandbox.journal.list()).toHaveLength(1);
      } finally {
        session.destroy();
        session = before;
        sandbox.faults.clear();
      }
    }
  });

  test('the journal keeps no provider token', async () => {
    await post();
    expect(JSON.stringify(sandbox.journal.list())).not.toContain(authorization.slice(8, 40));
  });
});
