import { createPrivateKey } from 'node:crypto';
import { Agent, request } from 'node:https';
import { importPKCS8, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openCredentials } from '../../src/sandbox/credentials.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

const token = `token-of-ada:${'a'.repeat(60)}`;
const fcmError = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';

let sandbox: Sandbox;
let account: { project_id: string; client_email: string; private_key: string; token_uri: string };
let agent: Agent;
let bearer: string;

type Answer = { status: number; headers: Record<string, unknown>; json: Record<string, unknown> };

const call = (url: string, headers: Record<string, string>, body: string, method = 'POST') =>
  new Promise<Answer>((resolve, reject) => {
    const sent = request(url, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, json: JSON.parse(text) }),
      );
    });
    sent.on('error', reject).end(body);
  });

async function authorize(changes: Record<string, unknown> = {}, key = account.private_key) {
  const nowS = Math.floor(Date.now() / 1000);
  const claims = {
    iss: account.client_email,
    aud: account.token_uri,
    scope: 'https://www.googleapis.com/auth/firebase.messaging',
    iat: nowS,
    exp: nowS + 3600,
    ...changes,
  };
  const assertion = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256' })
    .sign(await importPKCS8(key, 'RS256'));
  const form = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  return await call(account.token_uri, { 'content-type': 'application/x-www-form-urlencoded' }, form.toString());
}

const send = (body: unknown, { authorization = `Bearer ${bearer}`, project = account.project_id } = {}) => {
  const url = new URL(`/v1/projects/${project}/messages:send`, account.token_uri).href;
  return call(url, { authorization }, typeof body === 'string' ? body : JSON.stringify(body));
};

beforeAll(async () => {
  sandbox = await startSandbox();
  account = JSON.parse(sandbox.settings.FCM_SERVICE_ACCOUNT ?? '');
  agent = new Agent({ keepAlive: true, ca: sandbox.settings.FCM_CA });
  bearer = String((await authorize()).json.access_token);
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});
afterAll(async () => {
  agent.destroy();
  await sandbox.close();
});

describe('the token endpoint', () => {
  test('gives a bearer token for a right assertion', async () => {
    expect(await authorize()).toMatchObject({
      status: 200,
      json: { access_token: expect.stringMatching(/^ya29\./), expires_in: 3599, token_type: 'Bearer' },
    });
  });

  test.each([
    ['account', { iss: 'someone@example.com' }],
    ['audience', { aud: 'https://oauth2.googleapis.com/token' }],
    ['scope', { scope: 'https://www.googleapis.com/auth/drive' }],
    ['age', { iat: 1, exp: 3000 }],
    ['lifetime', { exp: Math.floor(Date.now() / 1000) + 7200 }],
  ])('refuses a wrong %s', async (_name, changes) => {
    expect(await authorize(changes)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });

  test('refuses another key and another grant', async () => {
    const { privateKey } = (await openCredentials({ publicHost: 'x' })).credentials.fcm;
    expect(createPrivateKey(privateKey).asymmetricKeyType).toBe('rsa');
    expect(await authorize({}, privateKey)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const other = await call(account.token_uri, form, 'grant_type=password');
    expect(other).toMatchObject({ status: 400, json: { error: 'unsupported_grant_type' } });
  });
});

describe('messages:send', () => {
  test('accepts what is right, and names it', async () => {
    const answer = await send({ message: { token, notification: { title: 'T' }, data: { a: 'b' } } });
    expect(answer).toMatchObject({ status: 200, json: { name: expect.stringMatching(/^projects\/.+\/messages\/0:/) } });
    expect(sandbox.journal.list()).toMatchObject([{ address: token, title: 'T', data: { a: 'b' } }]);
  });

  test.each(['Bearer nonsense', 'Bearer ya29.9999999999999.AAAA', 'Basic eA==', ''])(
    'without a good bearer token (%j): 401 without FcmError',
    async (authorization) => {
      const { status, json } = await send({ message: { token } }, { authorization });
      expect(status).toBe(401);
      expect(json.error).toMatchObject({ code: 401, status: 'UNAUTHENTICATED' });
      expect(JSON.stringify(json)).not.toContain('FcmError');
    },
  );

  test('an unknown project is 404 without FcmError', async () => {
    const { status, json } = await send({ message: { token } }, { project: 'other' });
    expect(status).toBe(404);
    expect(JSON.stringify(json)).not.toContain('FcmError');
  });

  test.each<[string, unknown, string]>([
    ['a data value that is no string', { token, data: { n: 1 } }, 'message.data.n'],
    ['a ttl that is no duration', { token, android: { ttl: '5' } }, 'message.android.ttl'],
    ['a ttl in numbers', { token, android: { ttl: 5 } }, 'message.android.ttl'],
    ['a priority that is none', { token, android: { priority: 'urgent' } }, 'message.android.priority'],
    ['an unknown field', { token, colour: 'red' }, 'message'],
    ['a reserved key', { token, data: { from: 'x' } }, 'message.data'],
    ['no token', { data: {} }, 'message.token'],
  ])('%s is INVALID_ARGUMENT and names the field', async (_name, message, field) => {
    const { status, json } = await send({ message });
    expect(status).toBe(400);
    expect(json.error).toMatchObject({
      status: 'INVALID_ARGUMENT',
      details: [
        { '@type': fcmError, errorCode: 'INVALID_ARGUMENT' },
        { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field }] },
      ],
    });
  });

  test('no JSON, a bad token, too much', async () => {
    expect(await send('{')).toMatchObject({ status: 400 });
    const badToken = await send({ message: { token: 'a b' } });
    expect(badToken.json.error).toMatchObject({ message: expect.stringContaining('registration token') });
    const tooBig = await send({ message: { token, data: { x: 'x'.repeat(4100) } } });
    expect(tooBig.json.error).toMatchObject({ message: 'Android message is too big' });
    expect(await send('x'.repeat(70_000))).toMatchObject({ status: 400 });
  });

  test('faults answer in the shape of the real service', async () => {
    sandbox.faults.add({ provider: 'fcm', kind: 'gone', times: 1 });
    expect(await send({ message: { token } })).toMatchObject({
      status: 404,
      json: {
        error: { code: 404, status: 'NOT_FOUND', details: [{ '@type': fcmError, errorCode: 'UNREGISTERED' }] },
      },
    });
    sandbox.faults.add({ provider: 'fcm', kind: 'throttle', retryAfterS: 9, times: 1 });
    expect(await send({ message: { token } })).toMatchObject({ status: 429, headers: { 'retry-after': '9' } });
    sandbox.faults.add({ provider: 'fcm', kind: 'server_error', stage: 'token', status: 503, times: 1 });
    expect(await authorize()).toMatchObject({ status: 503 });
    expect(await authorize()).toMatchObject({ status: 200 });
  });

  test('a lost answer: the message was taken', async () => {
    sandbox.faults.add({ provider: 'fcm', kind: 'reset', reason: 'accepted', times: 1 });
    await expect(send({ message: { token, data: { deliveryId: 'd' } } })).rejects.toThrow();
    expect(sandbox.journal.list()).toMatchObject([{ deliveryId: 'd', status: 0, reason: 'accepted' }]);
  });
});
